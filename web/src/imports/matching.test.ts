import { describe, expect, it } from "vitest";
import { assigned, givenOf, hasMoney, samplesOf } from "./matching";
import type { ImportDetail } from "./types";

const detail = {
  profile: { columns: ["no", "when", "sum"], sample: [["A1", "1 May", null], ["A1", null, "3"], ["A2", "2 May", "4"], ["A3", "", "5"]] },
  mapping: {
    fields: {
      order_number: { column: 0, name: "no", confidence: 1, by: "name", alternatives: [] },
      ordered_at: { column: 1, name: "when", confidence: 1, by: "given", alternatives: [] },
    },
    extras: [2],
    missing: [],
    corrects: {},
  },
} as unknown as ImportDetail;

describe("matching columns", () => {
  it("keeps only what a person said", () => expect(givenOf(detail)).toEqual({ ordered_at: "when" }));
  it("takes a column away from the field that had it", () => expect(assigned(detail, {}, "line_number", "no")).toEqual({ line_number: "no", order_number: "" }));
  it("takes a field out", () => expect(assigned(detail, { order_number: "no" }, "order_number", "")).toEqual({ order_number: "" }));
  it("shows different values and no empty ones", () => {
    expect(samplesOf(detail.profile, 0)).toEqual(["A1", "A2", "A3"]);
    expect(samplesOf(detail.profile, 1)).toEqual(["1 May", "2 May"]);
  });
  it("knows whether orders have money", () => {
    const orders = (...fields: string[]) => ({ kind: "orders", mapping: { fields: Object.fromEntries(fields.map((field) => [field, {}])) } }) as unknown as ImportDetail;
    expect([orders("amount"), orders("order_amount"), orders("quantity", "unit_price")].every(hasMoney)).toBe(true);
    expect([orders("unit_price"), orders("quantity"), orders()].some(hasMoney)).toBe(false);
    expect(hasMoney({ ...orders(), kind: "customers" })).toBe(true);
  });
});
