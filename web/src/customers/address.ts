import { withoutEmpty, type Schema } from "../api/client";

/** The list's filter, field by field as the server takes it (`customers.filters`). */
export interface CustomerFilter {
  q?: string;
  country?: string[];
  city?: string[];
  owner?: (number | null)[];
  team?: (number | null)[];
  segment?: string[];
  band?: string[];
  contact_allowed?: ("yes" | "no" | "unknown")[];
  orders?: { min?: number; max?: number };
  spend?: { min?: string; max?: string };
  last_order_on?: { from?: string; to?: string; missing?: boolean };
  first_order_on?: { from?: string; to?: string };
  overdue_days?: { min?: number; max?: number };
  /** Anything else that a chart or a segment asks for, passed on as it is. */
  [field: string]: unknown;
}

/** What a saved view keeps: filter, order, columns. */
export interface ViewDefinition {
  filter: CustomerFilter;
  sort: string;
  columns?: string[];
}

const JUST_SPEND = "-spend";

/** The filter stands in the address as the server's own JSON, so that a link to a list is a link to exactly that list. */
export function filterOf(address: URLSearchParams): CustomerFilter {
  try {
    const given: unknown = JSON.parse(address.get("filter") ?? "{}");
    return typeof given === "object" && given !== null && !Array.isArray(given) ? (given as CustomerFilter) : {};
  } catch {
    return {};
  }
}

export function filterText(filter: CustomerFilter): string {
  const full = withoutEmpty(filter);
  return Object.keys(full).length > 0 ? JSON.stringify(full) : "";
}

export function sortOf(address: URLSearchParams): string {
  return address.get("sort") ?? JUST_SPEND;
}

/** The address of the list with another filter: `addressOf({ segment: ["champions"] })`. */
export function addressOf(filter: CustomerFilter, sort?: string): string {
  const address = new URLSearchParams();
  const text = filterText(filter);
  if (text) address.set("filter", text);
  if (sort && sort !== JUST_SPEND) address.set("sort", sort);
  return address.size > 0 ? `/customers?${address}` : "/customers";
}

export function definitionOf(view: Schema<"ViewOut">): ViewDefinition {
  const { filter = {}, sort = JUST_SPEND, columns } = view.definition as Partial<ViewDefinition>;
  return { filter, sort, columns };
}

export function addressOfView(view: Schema<"ViewOut">): string {
  const { filter, sort } = definitionOf(view);
  const address = addressOf(filter, sort);
  return `${address}${address.includes("?") ? "&" : "?"}view=${view.id}`;
}
