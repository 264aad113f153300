import type { Schema } from "../api/client";
import type { Day } from "../api/types";
import type { useTasks } from "./queries";

/** By its route, whatever the contract calls it. */
export type Task = NonNullable<ReturnType<typeof useTasks>["data"]>[number];
export type Version = Schema<"VersionRow">;
export type Entry = Schema<"EntryOut">;
export type Snapshot = Schema<"SnapshotOut">;
export type LedgerCounts = Schema<"LedgerCounts">;
export const STATES = ["published", "ranking_only", "withheld", "not_enough_evidence"] as const;
export type PredictionState = (typeof STATES)[number];

/** A figure with its resampled interval; a missing end is open. */
export interface Estimate {
  value: number | null;
  low: number | null;
  high: number | null;
  level: number;
}

export interface Ranking {
  name: string;
  role: "model" | "candidate" | "rule";
  gini: Estimate;
  top_share: Estimate;
  gini_lead: Estimate;
  top_share_lead: Estimate;
}

/** Amounts in units of the currency: these are statistics, not books. 10 is the tenth with the highest predictions. */
export interface TestedDecile {
  decile: number;
  customers: number;
  predicted: number;
  actual: number;
  rule: number;
  actual_by_rule: number;
  ratio: Estimate;
}

export interface Origin {
  as_of: Day;
  until: Day;
  use: "choosing" | "confirming";
  customers: number;
  buyers: number;
  recalibrated: boolean;
  predicted_total: number | null;
  rule_total: number;
  actual_total: number;
  ratio: Estimate;
  coverage: number | null;
  rankings: Ranking[];
  deciles: TestedDecile[];
}

/** `zhiji.algorithms.value.BackTest.to_json`; empty where nothing could be tested. */
export interface BackTest {
  horizon_days: number;
  rule: string;
  effective_origins: number;
  season_seen: boolean;
  origins: Origin[];
  pooled: Ranking[];
  pooled_deciles: TestedDecile[];
}

export type VersionDetail = Omit<Schema<"VersionDetail">, "backtest" | "card"> & {
  backtest: Partial<BackTest>;
  card: { customers?: number; code_version?: string; seed?: number; lake?: Record<string, number>; signature?: string };
};

/** Of a settled snapshot; whole micros. */
export interface Settled {
  customers: number;
  /** Of whom nothing is known any more: in none of the sums. Missing in what was settled before they were left out. */
  unknown?: number;
  said_micros: number | null;
  /** Missing in what was settled before the rule's total was kept. */
  rule_micros?: number;
  actual_micros: number;
  coverage: number | null;
  /** For so many days in a row nobody ordered, longer than ever before: a file may be missing. */
  silent_days?: number;
  tenths: { tenth: number; customers: number; said_micros: number | null; actual_micros: number; actual_by_rule_micros: number }[];
}
