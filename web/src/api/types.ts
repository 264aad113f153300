import type { Micros } from "../i18n/format";

export type { Micros };

/** A company day, "2026-03-03". */
export type Day = string;
/** A UTC instant, "2026-03-03T10:00:00Z". */
export type Instant = string;

/** Why something is as it is: a code, and the words in the reader's language as the server renders them. */
export interface Reason {
  code: string;
  params?: Record<string, unknown>;
  text: string;
}

/** How the server refuses. */
export interface ProblemBody {
  code: string;
  what: string;
  why?: string;
  remedy?: string;
  where?: { row?: number; column?: string; path?: string; field?: string };
  reference?: string;
}

/** A page of a list read by key: no offset, so the thousandth page is as quick as the first. */
export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
  /** Of all that matches; null while it is being counted. */
  total: number | null;
}

export interface PersonRef {
  id: string;
  name: string;
}

export interface Job {
  id: string;
  kind: "import" | "undo_import" | "refresh" | "evaluate" | "export" | "backup";
  state: "queued" | "running" | "done" | "failed" | "cancelled";
  /** Names the thing worked on: a file, a list. */
  subject: string;
  done: number;
  total: number | null;
  unit: "rows" | "customers" | "steps";
  started_at: Instant | null;
  finished_at: Instant | null;
  problem: ProblemBody | null;
  cancellable: boolean;
}

export type Permission = "import" | "manage" | "assign" | "export" | "audit";

export interface Company {
  name: string;
  currency: string;
  zone: string;
  language: "zh" | "en";
  /** The last day of which everything is in. */
  data_through: Day | null;
  sample: boolean;
}

export interface SessionUser {
  id: string;
  name: string;
  email: string;
  role: "administrator" | "manager" | "analyst" | "agent";
  language: "zh" | "en";
  permissions: Permission[];
}

export interface Session {
  user: SessionUser | null;
  company: Company | null;
}
