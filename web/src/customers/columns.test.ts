import { describe, expect, it } from "vitest";
import { isLapsed } from "./columns";
import { intervalText } from "./ScoreCard";

describe("a customer's row", () => {
  const row = { usual_gap_days: 20, last_order_on: "2026-01-01", as_of: "2026-03-02" };
  it("says lapsed after three usual gaps, not before, and nothing without a rhythm", () => {
    expect(isLapsed(row)).toBe(false);
    expect(isLapsed({ ...row, as_of: "2026-03-03" })).toBe(true);
    expect(isLapsed({ ...row, usual_gap_days: null })).toBe(false);
  });
});

describe("an expected amount", () => {
  it("beside an interval that lies below it says that it is an average", () => {
    expect(intervalText(80_000_000, 0)).toBe("score.intervalNothing");
    expect(intervalText(584_000_000, 100_000_000)).toBe("score.intervalBelow");
    expect(intervalText(80_000_000, 100_000_000)).toBe("score.interval");
  });
});
