import type { Day, Instant, Micros, Reason } from "../api/types";

export type PredictionState = "published" | "ranking_only" | "withheld" | "insufficient";

export interface PredictionModel {
  id: string;
  kind: "value";
  horizon_days: number;
  state: PredictionState;
  /** Why it is in this state; for `insufficient`, how much is missing. */
  reason: Reason;
  model_name: string | null;
  as_of: Day | null;
  customers: number | null;
  total_micros: Micros | null;
}

export interface BackTest {
  /** The last complete window. */
  from: Day;
  to: Day;
  predicted_micros: Micros;
  actual_micros: Micros;
  rule_micros: Micros;
  rule_name: Reason;
  deciles: { decile: number; predicted_micros: Micros; low_micros: Micros | null; high_micros: Micros | null; actual_micros: Micros; rule_micros: Micros }[];
  origins: { as_of: Day; gini_model: number; gini_rule: number; top_fifth_model: number; top_fifth_rule: number; total_ratio: number }[];
  /** Model minus rule, pooled, with the 80 % interval of the resampling. */
  gini_gain: { value: number; low: number; high: number } | null;
  effective_origins: number;
}

export interface PredictionsOverview {
  /** Of the main model; null before there is one. */
  headline: BackTest | null;
  models: PredictionModel[];
}

export interface PredictionDetail extends PredictionModel {
  back_test: BackTest | null;
  gates: { gate: "ranking" | "amount"; passed: boolean; reason: Reason }[];
  distribution: { key: string; low_micros: Micros; high_micros: Micros | null; customers: number }[];
  reasons: { reason: Reason; share: number }[];
  data_used: { customers: number; orders: number; from: Day; to: Day; history: boolean; imports: number };
  versions: { version: number; created_at: Instant; model_name: string; state: PredictionState; current: boolean }[];
  notices: Reason[];
}

export interface LedgerEntry {
  id: string;
  shown_at: Instant;
  as_of: Day;
  horizon_days: number;
  version: number;
  customers: number;
  predicted_micros: Micros | null;
  actual_micros: Micros | null;
  /** Null while the window is still running. */
  settled_on: Day | null;
}
