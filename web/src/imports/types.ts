import type { components } from "../api/schema";
import type { Day, Instant } from "../api/types";

/** The shapes of `application/imports/api.py`; what the contract calls an object is spelled out here. */
export const KINDS = ["orders", "customers", "products", "interactions"] as const;
export type ImportKind = (typeof KINDS)[number];
export type ImportState = "matching" | "checking" | "checked" | "storing" | "stored" | "undoing" | "undone" | "failed";

/** A coded statement in the reader's language. */
export interface Words {
  code: string;
  params: Record<string, unknown>;
  what: string;
  why: string;
  remedy: string;
  where?: { row?: number; column?: string } | null;
}

export interface Counts {
  received?: number;
  /** Rows that the dry run would store. */
  accepted?: number;
  stored?: number;
  redelivered?: number;
  rejected?: number;
  new_orders?: number;
  changed_orders?: number;
  completed_orders?: number;
  redelivered_orders?: number;
  new_customers?: number;
  customers?: number;
}

export interface ImportRow {
  id: number;
  name: string;
  /** `auto` where the file could not be opened and nobody had said what it holds. */
  kind: ImportKind | "auto";
  source: string;
  state: ImportState;
  is_history: boolean;
  created_at: Instant;
  created_by: string | null;
  stored_at: Instant | null;
  job_id: number | null;
  counts: Counts;
  /** Why it failed. */
  reason: Words | null;
  /** Whether the file could be opened; otherwise it has neither profile nor mapping. */
  is_readable: boolean;
}

/** `meaning`: "" leaves the word as it is, null: nobody said anything yet. */
export interface UnknownWord {
  word: string;
  count: number;
  meaning: string | null;
}

/** Words of one field that nobody knows; `more` further ones are not listed. */
export interface UnknownValues {
  field: string;
  column: string;
  words: UnknownWord[];
  more: number;
}

export interface ColumnMatch {
  column: number;
  name: string;
  confidence: number;
  by: "name" | "content" | "given" | "recalled";
  alternatives: string[];
}

export interface FileProfile {
  name: string;
  format: string;
  columns: string[];
  sample: (string | null)[][];
  row_count: number;
  size_bytes: number;
  header: boolean;
  compression: string | null;
  encoding: string | null;
  delimiter: string | null;
  sheet: string | null;
  sheets: string[];
}

/** What a person knows better of the file; null or absent: as the file shows. */
export type FileOptions = components["schemas"]["ImportOptions"];
export type Changed = "replace" | "add";

/** Where the money of the files went; `*_micros` are whole numbers, each line is in exactly one part. `refunds`,
 * `guest_refunds` and `void_refunds` (of orders that bring nothing) came after the sale and are no part of what was received; `again`, `replaced` and `undone` stand only
 * where all files are set beside the record. */
export type Part = "refunds" | "guest_refunds" | "void_refunds" | "again" | "replaced" | "undone" | "goods" | "repeats" | "returns" | "cancellations" | "discounts" | "guests" | "postage" | "tax" | "fees" | "adjustments" | "other" | "without_value" | "rejected";
export type MonthRow = { month: string | null; currency: string | null; received_lines: number; received_micros: number; difference_micros: number; rejected_unknown_lines: number } & {
  [part in `${Part}_micros` | `${Part}_lines`]?: number;
};

export interface ImportDetail extends ImportRow {
  values: UnknownValues[];
  currency: string;
  profile: FileProfile;
  /** `recalled`: the import of an earlier file with the same columns whose columns and meanings these are. */
  mapping: { fields: Record<string, ColumnMatch>; extras: number[]; missing: string[]; corrects: Record<string, number>; recalled: number | null };
  options: FileOptions;
  /** What was decided of orders that differ from stored ones. */
  changed: Changed | null;
  findings: Words[];
  notes: Words[];
  months: MonthRow[];
  repeats: { lines?: number; amount_micros?: number };
  adds_up: boolean | null;
  first_on: Day | null;
  last_on: Day | null;
}

export interface ImportSummary {
  imports: number;
  last_on: Day | null;
  quarantined: number;
  months: MonthRow[];
  unsettled_micros: number;
  is_moving: boolean;
}

export interface NumberedPage<Item> {
  items: Item[];
  next: number | null;
}

export interface RejectedRow {
  id: number;
  row: number;
  column: string;
  value: string;
  code: string;
  what: string;
  why: string;
  remedy: string;
  original: Record<string, string | null>;
}

export interface KindFields {
  name: ImportKind;
  fields: { name: string; type: string; required: boolean; meanings: string[] }[];
}

export interface IdenticalLines {
  lines: number;
  amount_micros: number;
  guest_lines: number;
  guest_micros: number;
  counted_once: boolean;
}

export const WORKING: readonly ImportState[] = ["checking", "storing", "undoing"];
