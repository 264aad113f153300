import type { Day, Micros, PersonRef, Reason } from "../api/types";
import type { SegmentRef } from "../customers/types";

export type Outcome = "reached" | "no_answer" | "will_order" | "not_interested" | "wrong_contact";

export interface WorklistItem {
  id: string;
  customer: { id: string; name: string; external_id: string; phone: string | null };
  segment: SegmentRef | null;
  usual_gap_days: number;
  days_since_last_order: number;
  overdue_days: number;
  usual_spend_micros: Micros;
  last_order_on: Day;
  owner: PersonRef | null;
  state: "open" | "called" | "done";
  last_outcome: Outcome | null;
  reason: Reason | null;
}

export interface Worklist {
  as_of: Day;
  /** To be called today, within what the reader may see. */
  open: number;
  at_stake_micros: Micros;
  done_today: number;
  total: number;
  items: WorklistItem[];
  next_cursor: string | null;
}
