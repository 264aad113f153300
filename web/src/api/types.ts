import type { Micros } from "../i18n/format";
import type { Schema } from "./client";

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
  where?: Record<string, string | number | undefined>;
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

export type Job = Schema<"JobOut">;
export type Me = Schema<"Me">;
export type Company = Schema<"CompanyOfMe">;

/** Objects of the permission table. */
export type ObjectName =
  | "customer" | "order" | "segment" | "import" | "prediction" | "worklist" | "dashboard" | "activity"
  | "user" | "company" | "audit" | "job" | "token" | "view";
export type Action = "read" | "write" | "export";
