import { sumMicros } from "../i18n/format";
import type { MonthRow, Part } from "./types";

/** What the known customers spent; identical lines count unless the switch says once. */
const SPEND: Part[] = ["goods", "refunds", "returns", "cancellations", "discounts"];

/** From the file to the spend: each step says what does not count, and why. Postage, tax and fees are one step. */
const STEPS = {
  undone: ["undone"],
  again: ["again"],
  replaced: ["replaced"],
  guests: ["guests"],
  postage: ["postage", "tax", "fees"],
  adjustments: ["adjustments"],
  other: ["other"],
  unpaid: ["without_value"],
  rejected: ["rejected"],
} as const satisfies Record<string, Part[]>;

export type Explained = keyof typeof STEPS | "repeats" | "refunds" | "difference";
/** What lowers the sales inside the file itself. */
export type Within = "returns" | "cancellations" | "discounts";

export interface Reconciled {
  /** Sales before anything was taken back. */
  sold: bigint;
  within: { step: Within; micros: bigint; lines: number }[];
  received: bigint;
  /** Signed: what each step takes off (or gives back); empty ones are left out. */
  explained: { step: Explained; micros: bigint; lines: number }[];
  spend: bigint;
  /** received − spend − difference: what is not spend, and accounted for. */
  explainedTotal: bigint;
  /** What nothing explains; anything but 0 is a fault. */
  difference: bigint;
  /** The same without its sign, month by month: a line in the wrong month is wrong in two. */
  open: bigint;
}

function total(months: readonly MonthRow[], part: Part): { micros: bigint; lines: number } {
  return { micros: sumMicros(months.map((month) => month[`${part}_micros`] ?? 0)), lines: months.reduce((sum, month) => sum + (month[`${part}_lines`] ?? 0), 0) };
}

function together(months: readonly MonthRow[], parts: readonly Part[]): { micros: bigint; lines: number } {
  return parts.map((part) => total(months, part)).reduce((sum, each) => ({ micros: sum.micros + each.micros, lines: sum.lines + each.lines }), { micros: 0n, lines: 0 });
}

/** Rows without a readable amount are there too, and so is money that stood in a column of its own, without a row. */
const isThere = (each: { micros: bigint; lines: number }) => each.lines > 0 || each.micros !== 0n;

/** Exact: sold + within = received, and received + explained = spend, whatever the months hold. */
export function reconciled(months: readonly MonthRow[], countedOnce: boolean): Reconciled {
  const received = sumMicros(months.map((month) => month.received_micros));
  const difference = sumMicros(months.map((month) => month.difference_micros));
  const open = months.map((month) => sumMicros([month.difference_micros])).reduce((sum, each) => sum + (each < 0n ? -each : each), 0n);
  const within = (["returns", "cancellations", "discounts"] as const).map((step) => ({ step, ...total(months, step) })).filter(isThere);
  const sold = received - within.reduce((sum, each) => sum + each.micros, 0n);
  const taken = (Object.keys(STEPS) as (keyof typeof STEPS)[]).map((step) => ({ step: step as Explained, ...together(months, STEPS[step]) }));
  if (countedOnce) taken.push({ step: "repeats", ...total(months, "repeats") });
  const explained = taken.filter(isThere).map((each) => ({ ...each, micros: -each.micros }));
  const refunds = total(months, "refunds");
  if (isThere(refunds)) explained.push({ step: "refunds", ...refunds });
  if (difference !== 0n) explained.push({ step: "difference", micros: -difference, lines: 0 });
  const spend = together(months, countedOnce ? SPEND : [...SPEND, "repeats"]).micros;
  return { sold, within, received, explained, spend, explainedTotal: received - spend - difference, difference, open };
}
