import { describe, expect, it } from "vitest";
import { formatDay } from "../i18n/format";
import { dayTicks, evenTicks, shareTicks } from "./ticks";

const day = (text: string) => Date.parse(`${text}T00:00:00Z`);

describe("labels of amounts", () => {
  it.each([
    [0, 9.4e6, 2, { min: 0, max: 1e7, interval: 5e6 }],
    [0, 860_000, 2, { min: 0, max: 1e6, interval: 5e5 }],
    [0, 860_000, 6, { min: 0, max: 9e5, interval: 1.5e5 }],
    [-120, 700, 6, { min: -150, max: 750, interval: 150 }],
    [0, 6, 2, { min: 0, max: 6, interval: 3 }],
  ])("from %d to %d in %d steps", (low, high, most, expected) => expect(evenTicks(low, high, most)).toEqual(expected));
  it("hold everything between ends on the step, never more of them than asked", () => {
    for (const most of [2, 3, 5, 6])
      for (const high of [0.03, 1, 7.3, 99.9, 101, 31_415, 9.99e8])
        for (const low of [0, -0.4 * high, -high]) {
          const { min, max, interval } = evenTicks(low, high, most)!;
          expect(min).toBeLessThanOrEqual(low);
          expect(max).toBeGreaterThanOrEqual(high * (1 - 1e-9));
          expect((max - min) / interval).toBeLessThanOrEqual(most + 1e-6);
        }
  });
  it("are left to the picture where all is zero", () => expect(evenTicks(0, 0, 3)).toBeUndefined());
});

it.each(Array.from({ length: 100 }, (_, index) => (index + 1) / 100))("a share of %d has even labels in whole per cent, none beyond all", (largest) => {
  for (const narrow of [true, false]) {
    const { max, interval } = shareTicks(largest, narrow)!;
    expect(max).toBeGreaterThanOrEqual(largest - 1e-9);
    expect(max).toBeLessThanOrEqual(1 + 1e-9);
    expect([interval * 100, max / interval].map((each) => Math.abs(each - Math.round(each)) < 1e-6)).toEqual([true, true]);
  }
});

describe("labels of days", () => {
  it.each([
    ["2010-11-20", "2011-12-31", 7],
    ["2010-11-20", "2011-12-31", 3],
    ["2011-01-10", "2011-09-12", 7],
    ["2011-02-01", "2011-09-01", 7],
    ["2011-11-27", "2011-12-12", 7],
    ["2009-12-01", "2026-12-12", 3],
    ["2026-03-01", "2026-03-04", 7],
    ["2010-06-01", "2013-07-12", 3],
    ["2011-01-02", "2012-08-03", 3],
  ])("from %s to %s are each said once, with room between them", (from, to, parts) => {
    for (const language of ["en", "zh"] as const) {
      const { at, style } = dayTicks(day(from), day(to), parts);
      const said = at.map((instant) => formatDay(new Date(instant).toISOString().slice(0, 10), language, style));
      expect(said.length).toBeGreaterThan(1);
      // A month is now 28, now 31 days long.
      for (const [index, instant] of at.slice(1).entries()) expect(instant - at[index]!).toBeGreaterThan((0.9 * (day(to) - day(from))) / parts);
      expect(new Set(said).size).toBe(said.length);
    }
  });
  it("begin months where there are many", () => expect(dayTicks(day("2010-11-20"), day("2011-12-31"), 7).at).toEqual(["2011-01-01", "2011-03-01", "2011-05-01", "2011-07-01", "2011-09-01", "2011-11-01"].map(day)));
});
