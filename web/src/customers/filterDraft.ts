import type { CustomerFilter } from "./address";

export type Kind = "choice" | "key" | "text" | "day" | "money" | "count" | "number";

/** Every field that the list can be narrowed by, as the server has them; the first ones are asked for most. */
export const FIELDS = {
  segment: "choice",
  owner: "key",
  team: "key",
  country: "choice",
  contact_allowed: "choice",
  last_order_on: "day",
  overdue_days: "number",
  orders: "count",
  spend: "money",
  first_order_on: "day",
  band: "choice",
  city: "choice",
  name: "text",
  external_id: "text",
  mean_order: "money",
  at_stake: "money",
  usual_gap_days: "number",
  value_rank: "count",
  value_score: "number",
  expected_value: "money",
  value_low: "money",
  value_high: "money",
  expected_orders: "number",
  probability_active: "number",
} as const satisfies Record<string, Kind>;
export type FieldName = keyof typeof FIELDS;
export const USUAL: readonly FieldName[] = ["segment", "owner", "team", "country", "contact_allowed", "last_order_on", "overdue_days", "orders", "spend"];
export const FURTHER = (Object.keys(FIELDS) as FieldName[]).filter((name) => !USUAL.includes(name));

/** What stands in the form: one text a field, two for a range. Empty asks for nothing. */
export type Draft = Partial<Record<FieldName, string | { low: string; high: string }>>;
export const isRange = (name: FieldName): boolean => ["day", "money", "count", "number"].includes(FIELDS[name]);
export const NOBODY = "none";

const ends = (kind: Kind): [string, string] => (kind === "day" ? ["from", "to"] : ["min", "max"]);

export function draftOf(filter: CustomerFilter): Draft {
  const draft: Draft = {};
  for (const name of Object.keys(FIELDS) as FieldName[]) {
    const given = filter[name];
    if (isRange(name)) {
      const range = (given ?? {}) as Record<string, unknown>;
      const [low, high] = ends(FIELDS[name]);
      draft[name] = { low: String(range[low] ?? ""), high: String(range[high] ?? "") };
    } else if (Array.isArray(given)) draft[name] = given[0] === null ? NOBODY : String(given[0] ?? "");
    else draft[name] = typeof given === "string" ? given : "";
  }
  return draft;
}

function valueOf(name: FieldName, entry: string | { low: string; high: string }): unknown {
  const kind: Kind = FIELDS[name];
  if (typeof entry === "string") {
    if (!entry.trim()) return undefined;
    if (kind === "text") return entry.trim();
    if (kind === "key") return [entry === NOBODY ? null : Number(entry)];
    return [entry.trim()];
  }
  const exact = kind === "day" || kind === "money";
  const [low, high] = ends(kind);
  const range = Object.fromEntries([[low, entry.low], [high, entry.high]].filter(([, text]) => text !== "").map(([end, text]) => [end, exact ? text : Number(text)]));
  return Object.keys(range).length > 0 ? range : undefined;
}

/** A field of the form that was not touched keeps what a link brought (several values, only those without one). */
export function filterFrom(draft: Draft, before: CustomerFilter): CustomerFilter {
  const was = draftOf(before);
  const next: Record<string, unknown> = { ...before };
  for (const name of Object.keys(FIELDS) as FieldName[]) {
    const entry = draft[name];
    if (entry === undefined || JSON.stringify(entry) === JSON.stringify(was[name])) continue;
    const value = valueOf(name, entry);
    if (value === undefined) delete next[name];
    else next[name] = value;
  }
  return next;
}
