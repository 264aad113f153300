import type { FieldMap, Preview } from "./types";

/** The columns that were found, as a person starts from them; when a row was changed is no time of an order. */
export function foundIn(preview: Preview): FieldMap {
  const cursor = likelyCursor(preview);
  return Object.fromEntries(Object.entries(preview.mapping).map(([field, match]) => [field, field === "closed_at" && match.column === cursor ? "" : match.column]));
}

/** A field gets a column; a field that had this column before loses it. */
export function assigned(map: FieldMap, field: string, column: string): FieldMap {
  const next = Object.fromEntries(Object.entries(map).map(([name, other]) => [name, column && other === column ? "" : other]));
  return { ...next, [field]: column };
}

/** A few different values of a column, as they stand in the first rows. */
export function samplesOf(preview: Preview, column: string, most = 3): string[] {
  const place = preview.columns.findIndex(({ name }) => name === column);
  return [...new Set(preview.rows.map((row) => row[place]).filter((value): value is string => Boolean(value)))].slice(0, most);
}

/** What is still needed: fields that every row needs, money of orders, the number of an order where only new rows come. */
export function missingOf(kind: string, required: readonly string[], map: FieldMap, isPartial: boolean): { fields: string[]; money: boolean } {
  const fields = required.filter((field) => !map[field]);
  if (kind === "orders" && isPartial && !map.order_number) fields.push("order_number");
  const money = kind !== "orders" || Boolean(map.amount || map.order_amount || (map.quantity && map.unit_price));
  return { fields, money };
}

/** Columns from which a change can be told, likeliest first. */
export function cursorsOf(preview: Preview): string[] {
  const rank = (name: string, family: string) => {
    if (family === "instant" && /(upd|chang|modif|更新|修改)/i.test(name)) return 0;
    if (family === "instant") return 1;
    return family === "number" && /(^id$|_id$|编号$)/i.test(name) ? 2 : 3;
  };
  const fit = preview.columns.filter(({ family }) => ["instant", "date", "number", "text"].includes(family));
  return fit.sort((a, b) => rank(a.name, a.family) - rank(b.name, b.family)).map(({ name }) => name);
}

export function likelyCursor(preview: Preview): string {
  const first = preview.columns.find(({ name, family }) => family === "instant" && /(upd|chang|modif|更新|修改)/i.test(name));
  return first?.name ?? "";
}
