import type { Schema } from "../api/client";

export type Overview = Schema<"Overview">;
export const SPANS = ["month", "quarter", "year"] as const;
export type Span = (typeof SPANS)[number];
export const CHANGES = ["new", "returning", "growing", "steady", "shrinking", "lapsed", "correction", "guest"] as const;
export type Change = (typeof CHANGES)[number];
/** Guests have no list to open. */
export type Listed = Exclude<Change, "guest">;
export const isListed = (kind: string | null): kind is Listed => kind !== "guest" && (CHANGES as readonly (string | null)[]).includes(kind);
