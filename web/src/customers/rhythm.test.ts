import { expect, it } from "vitest";
import { expectedNext, gapsBetween } from "./rhythm";

it("counts several orders on a day as one visit, whatever their order", () => {
  expect(gapsBetween(["2026-03-31", "2026-03-01", "2026-03-01", "2026-03-11"])).toEqual([10, 20]);
});

it("expects the next order within the middle half of the customer's own gaps", () => {
  // Gaps 10, 20, 30, 40: quartiles 17.5 and 32.5 (linear, as numpy's default), widened to whole days.
  const days = ["2026-01-01", "2026-01-11", "2026-01-31", "2026-03-02", "2026-04-11"];
  expect(expectedNext(days)).toEqual({ from: "2026-04-28", to: "2026-05-14" });
});

it("sees no rhythm in three orders", () => {
  expect(expectedNext(["2026-01-01", "2026-01-11", "2026-01-31"])).toBeNull();
  expect(expectedNext([])).toBeNull();
});
