import type { Day, Instant, Job, Micros, PersonRef, ProblemBody, Reason } from "../api/types";

export type ImportKind = "orders" | "customers";
export type ImportState = "uploaded" | "mapped" | "checked" | "running" | "done" | "failed" | "cancelled" | "undoing" | "undone";

/** received = stored + redelivered + rejected. */
export interface Counts {
  received: number;
  stored: number;
  redelivered: number;
  rejected: number;
}

export interface ImportSummary {
  data_through: Day | null;
  /** Money of the files: agrees + explained = received. */
  received_micros: Micros;
  agrees_micros: Micros;
  explained_micros: Micros;
  /** From the files to what counts as customers' spend; signed, adding up from `file` to `stored`. */
  waterfall: { step: "file" | "guest" | "return" | "cancellation" | "adjustment" | "duplicate" | "rejected" | "stored"; amount_micros: Micros; lines: number }[];
  months: { month: Day; file_micros: Micros; stored_micros: Micros; differences: { reason: Reason; amount_micros: Micros }[] }[];
  quarantined: number;
}

export interface ImportRow {
  id: string;
  name: string;
  kind: ImportKind;
  state: ImportState;
  started_at: Instant;
  by: PersonRef | null;
  counts: Counts;
  amount_micros: Micros | null;
  undoable: boolean;
}

export interface FileColumn {
  name: string;
  samples: string[];
  /** Our guess and how it came about; null is "leave out". */
  field: string | null;
  guessed_by: "name" | "content" | "name_and_content" | null;
}

export interface TargetField {
  field: string;
  label: string;
  required: boolean;
  hint: string;
}

export interface DryRun {
  counts: Counts & { new: number; changed: number; linked: number; guest: number; identical: number };
  amount_micros: Micros;
  notices: Reason[];
  problems: CellProblem[];
  problems_total: number;
  /** Orders that are stored already and differ in this file. */
  changed_orders: number;
}

export interface CellProblem {
  row: number;
  column: string;
  value: string;
  reason: ProblemBody;
  /** The whole record as it stands in the file, by column. */
  record: Record<string, string>;
}

export interface ImportDetail extends ImportRow {
  size_bytes: number;
  found: { encoding: string; delimiter: string | null; header: boolean; day_first: boolean | null };
  columns: FileColumn[];
  fields: TargetField[];
  options: { currency: string; mode: "history" | "live"; identical: "keep" | "once"; changed_orders: "replace" | "add" };
  dry_run: DryRun | null;
  job: Job | null;
  problem: ProblemBody | null;
}

export interface QuarantineRow {
  id: string;
  import_id: string;
  import_name: string;
  row: number;
  column: string | null;
  value: string | null;
  reason: ProblemBody;
}
