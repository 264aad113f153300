import { describe, expect, it } from "vitest";
import { reconciled } from "./reconciliation";
import type { MonthRow, Part } from "./types";

/** What came after the sale is no part of what was received. */
const LATER: Part[] = ["refunds", "guest_refunds"];
const PARTS: Part[] = ["goods", "repeats", "returns", "cancellations", "discounts", "guests", "postage", "tax", "fees", "adjustments", "other", "without_value", "rejected", "again", "replaced", "undone", ...LATER];

/** A month whose parts are given; what was received is their sum plus what is lost. */
function month(parts: Partial<Record<Part, number>>, lost = 0): MonthRow {
  const filled = PARTS.flatMap((part) => [
    [`${part}_micros`, parts[part] ?? 0],
    [`${part}_lines`, part in parts ? 1 : 0],
  ]);
  const received = Object.entries(parts).reduce((sum, [part, value]) => sum + (LATER.includes(part as Part) ? 0 : value), 0) + lost;
  return { month: "2011-08", currency: "GBP", received_lines: 1, received_micros: received, difference_micros: lost, rejected_unknown_lines: 0, ...Object.fromEntries(filled) } as MonthRow;
}

const year = [month({ goods: 100, repeats: 7, returns: -20, guests: 30, postage: 4, fees: -9, rejected: 5 }), month({ goods: 50, cancellations: -11, adjustments: -3, without_value: 12, tax: 1 })];

describe("a reconciliation", () => {
  it.each([false, true])("adds up from sales to file to spend (counted once: %s)", (once) => {
    const found = reconciled(year, once);
    expect(found.sold + found.within.reduce((sum, each) => sum + each.micros, 0n)).toBe(found.received);
    expect(found.received + found.explained.reduce((sum, each) => sum + each.micros, 0n)).toBe(found.spend);
    expect(found.spend + found.explainedTotal + found.difference).toBe(found.received);
  });

  it("counts what known customers spent net of what they gave back, identical lines as the switch says", () => {
    expect(reconciled(year, false).spend).toBe(126n);
    expect(reconciled(year, true).spend).toBe(119n);
  });

  it("takes refunds off what the files sold, and names what the record does not hold", () => {
    const found = reconciled([month({ goods: 100, refunds: -40, guests: 20, guest_refunds: -5, again: 120, replaced: 30, undone: 9 })], false);
    expect([found.received, found.spend, found.difference]).toEqual([279n, 60n, 0n]);
    expect(found.explained.map((each) => [each.step, each.micros])).toEqual([
      ["undone", -9n],
      ["again", -120n],
      ["replaced", -30n],
      ["guests", -20n],
      ["refunds", -40n],
    ]);
  });

  it("shows money of a column of its own, which has no row", () => {
    const found = reconciled([{ ...month({ goods: 92, tax: 3, postage: 5 }), tax_lines: 0, postage_lines: 0 }], false);
    expect([found.received, found.spend]).toEqual([100n, 92n]);
    expect(found.explained).toEqual([{ step: "postage", micros: -8n, lines: 0 }]);
  });

  it("does not let one month's fault hide another's", () => {
    const found = reconciled([month({ goods: 100 }, 7), month({ goods: 100 }, -7)], false);
    expect([found.difference, found.open]).toEqual([0n, 14n]);
  });

  it("takes a loss of rows for what it is", () => {
    const found = reconciled([month({ goods: 100 }, 40)], false);
    expect(found.difference).toBe(40n);
    expect(found.explained).toEqual([{ step: "difference", micros: -40n, lines: 0 }]);
    expect(found.explainedTotal).toBe(0n);
  });

  it("stays exact beyond what a float can hold", () => {
    const found = reconciled(Array.from({ length: 4 }, () => month({ goods: Number.MAX_SAFE_INTEGER - 3, rejected: 3 })), false);
    expect(found.spend).toBe(4n * BigInt(Number.MAX_SAFE_INTEGER - 3));
  });
});
