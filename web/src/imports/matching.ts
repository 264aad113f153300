import type { FileProfile, ImportDetail } from "./types";

/** What the person said about the columns: field → column, "" takes the field out. */
export type Overrides = Record<string, string>;

/** What was said earlier, as far as the server remembers it. */
export function givenOf(detail: ImportDetail): Overrides {
  return Object.fromEntries(Object.entries(detail.mapping.fields).filter(([, match]) => match.by === "given").map(([field, match]) => [field, match.name]));
}

/** A field gets a column; a field that had this column before loses it. */
export function assigned(detail: ImportDetail, before: Overrides, field: string, column: string): Overrides {
  const next = { ...before, [field]: column };
  if (column === "") return next;
  for (const [other, match] of Object.entries(detail.mapping.fields)) {
    if (other !== field && match.name === column) next[other] = "";
  }
  return next;
}

/** A few different values of a column, as they stand in the file. */
export function samplesOf(profile: FileProfile, column: number, most = 3): string[] {
  const found = new Set<string>();
  for (const record of profile.sample) {
    const value = record[column];
    if (value) found.add(value);
    if (found.size === most) break;
  }
  return [...found];
}

/** Orders need money: of the line, of the order, or a price with its quantity. Other kinds need none. */
export function hasMoney({ kind, mapping: { fields } }: ImportDetail): boolean {
  return kind !== "orders" || Boolean(fields.amount || fields.order_amount || (fields.quantity && fields.unit_price));
}
