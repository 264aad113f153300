import { describe, expect, it } from "vitest";
import { drawnDeciles, estimateText, ranksOfTenth } from "./shaping";

describe("tenths by rank", () => {
  it.each([1, 9, 10, 101, 4325])("hold each of %i customers once", (customers) => {
    const held = Array.from({ length: 10 }, (_, index) => ranksOfTenth(index + 1, customers)).flatMap(({ min, max }) => Array.from({ length: Math.max(0, max - min + 1) }, (_, at) => min + at));
    expect(held).toEqual(Array.from({ length: customers }, (_, index) => index + 1));
  });
});

describe("deciles to draw", () => {
  const decile = (decile: number, ratio: { low: number | null; high: number | null }) => ({ decile, customers: 5, predicted: 90, actual: 100, rule: 70, actual_by_rule: 80, ratio: { value: 0.9, level: 0.9, ...ratio } });
  it("begin with the highest prediction and hang the interval around it", () => {
    const [first, second] = drawnDeciles([decile(1, { low: 0.5, high: null }), decile(10, { low: 0.8, high: 1.25 })], String);
    expect([first?.decile, first?.low, first?.high, first?.intervalText]).toEqual([1, 80, 125, "80 – 125"]);
    expect([second?.low, second?.intervalText]).toEqual([null, ""]);
  });
});

describe("a figure with its interval", () => {
  it("leaves out ends that are not known", () => {
    expect(estimateText({ value: 0.5, low: 0.4, high: 0.6, level: 0.9 }, String)).toBe("0.5 (0.4–0.6)");
    expect(estimateText({ value: 0.5, low: 0.4, high: null, level: 0.9 }, String)).toBe("0.5");
    expect(estimateText({ value: null, low: null, high: null, level: 0.9 }, String)).toBe("–");
  });
});
