import type { Day, Instant, Micros, PersonRef, Reason } from "../api/types";

export interface SegmentRef {
  id: string;
  /** "champions" …; the name is looked up in the texts, or is the person's own. */
  code: string;
  name: string | null;
}

export interface CustomerRow {
  id: string;
  name: string;
  external_id: string;
  country: string | null;
  segment: SegmentRef | null;
  orders: number;
  spend_micros: Micros;
  last_order_on: Day | null;
  days_since_last_order: number | null;
  usual_gap_days: number | null;
  value_score: number | null;
  expected_value_micros: Micros | null;
  value_low_micros: Micros | null;
  value_high_micros: Micros | null;
  owner: PersonRef | null;
  deleted: boolean;
}

export interface CustomersSummary {
  as_of: Day;
  customers: number;
  ordered_last_90_days: number;
  spend_micros: Micros;
  /** Share of spend that the top fifth of customers carries. */
  top_fifth_spend_share: number;
}

export interface Score {
  kind: "value";
  horizon_days: number;
  as_of: Day;
  /** Amounts are null where only the ranking could be stood behind. */
  expected_micros: Micros | null;
  low_micros: Micros | null;
  high_micros: Micros | null;
  expected_orders: number | null;
  probability_active: number | null;
  rank: number;
  of: number;
  trend: "up" | "down" | "flat" | null;
  source: "model" | "plain_rule";
  reasons: { reason: Reason; effect: "raises" | "lowers" }[];
  prediction_id: string;
}

export interface Property {
  field: string;
  label: string;
  value: string | null;
  kind: "text" | "email" | "phone" | "day" | "choice" | "long_text";
  choices?: string[];
  editable: boolean;
  /** Where the shown value comes from. */
  source: string | null;
}

export interface CustomerDetail extends CustomerRow {
  version: number;
  currency: string;
  first_order_on: Day | null;
  change: { from_micros: Micros; to_micros: Micros; days: number } | null;
  expected_next: { from: Day; to: Day } | null;
  as_of: Day;
  properties: Property[];
  score: Score | null;
  no_score: Reason | null;
  orders_shown: { id: string; external_id: string; ordered_on: Day; amount_micros: Micros; lines: number }[];
  related: { products: { name: string; orders: number; spend_micros: Micros }[]; imports: { id: string; name: string; records: number }[] };
}

export type TimelineKind = "order" | "return" | "note" | "task" | "call" | "change" | "import";

export interface TimelineEntry {
  id: string;
  kind: TimelineKind;
  at: Instant;
  by: PersonRef | null;
  title: string;
  detail: string | null;
  amount_micros: Micros | null;
  done: boolean | null;
  due_on: Day | null;
}
