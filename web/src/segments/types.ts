import type { Day, Instant, Micros, PersonRef, Reason } from "../api/types";

export type SegmentKind = "rfm" | "band" | "natural" | "rule";

export interface SegmentItem {
  id: string;
  code: string;
  /** Of one's own segments; the customary ones are named by the texts. */
  name: string | null;
  kind: SegmentKind;
  customers: number;
  spend_micros: Micros;
  spend_share: number;
  /** What sets it apart, in words. */
  traits: Reason[];
  /** Per customer in the window after the segmentation, out of time; null before there is one. */
  spend_afterwards_micros: Micros | null;
  owner: PersonRef | null;
}

export interface SegmentsOverview {
  as_of: Day;
  /** The smallest group that carries most: "N customers carry X % of spend". */
  headline: { customers: number; spend_share: number; of_customers: number } | null;
  rfm: { recency: number; frequency: number; code: string; customers: number; spend_share: number }[];
  /** Whether clusters are natural or bands of convenience, and why. */
  verdict: { kind: "natural" | "bands"; reason: Reason } | null;
  segments: SegmentItem[];
}

export type Operator = "at_least" | "at_most" | "is" | "is_not" | "contains" | "before" | "after";

export interface RuleField {
  field: string;
  label: string;
  kind: "number" | "money" | "day" | "choice" | "text";
  choices?: { value: string; label: string }[];
}

export interface Condition {
  field: string;
  op: Operator;
  value: string;
}

export interface Rule {
  all: boolean;
  parts: (Condition | Rule)[];
}

export interface RulePreview {
  customers: number;
  spend_micros: Micros;
  spend_share: number;
}

export interface SegmentDetail extends SegmentItem {
  rule: Rule | null;
  updated_at: Instant;
}
