import type { Day, Micros } from "../api/types";

export type BridgeStep = "new" | "returning" | "growing" | "shrinking" | "lapsed";

export interface Dashboard {
  as_of: Day;
  period: { from: Day; to: Day };
  previous: { from: Day; to: Day };
  spend_micros: Micros;
  previous_spend_micros: Micros;
  change_micros: Micros;
  /** Signed; they add up to the change exactly. */
  bridge: { step: BridgeStep; change_micros: Micros; customers: number }[];
  /** `month` is the first day; an expected month carries its interval. */
  months: { month: Day; spend_micros: Micros; low_micros: Micros | null; high_micros: Micros | null; expected: boolean }[];
  cohorts: { month: Day; customers: number; retained: number[] }[];
  concentration: { curve: { customers: number; spend: number }[]; top: { customers: number; spend: number } };
  /** Spend of guest orders, which belong to no customer. */
  guest_spend_micros: Micros;
}
