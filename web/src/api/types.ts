import type { Micros } from "../i18n/format";
import type { Schema } from "./client";

export type { Micros };

/** A company day, "2026-03-03". */
export type Day = string;
/** A UTC instant, "2026-03-03T10:00:00Z". */
export type Instant = string;

/** How the server refuses. */
export interface ProblemBody {
  code: string;
  what: string;
  why?: string;
  remedy?: string;
  where?: Record<string, string | number | undefined>;
  reference?: string;
}

export type Job = Schema<"JobOut">;
export type Me = Schema<"Me">;
export type Company = Schema<"CompanyOfMe">;

/** Objects of the permission table. */
export type ObjectName =
  | "customer" | "order" | "segment" | "import" | "prediction" | "worklist" | "dashboard" | "activity" | "event"
  | "user" | "company" | "audit" | "job" | "token" | "view" | "source";
export type Action = "read" | "write" | "export";
