import { describe, expect, it } from "vitest";
import { cellDays, cohortRows, concentrationCurve, daysFrom, daysText, isCut, isUnfinished, monthDays, nothingYet } from "./shaping";
import { Problem } from "../api/problem";

const cell = (cohort_on: string, months_since: number, customers: number) => ({ cohort_on, months_since, cohort_customers: 40, customers, spend_micros: 0 });

describe("cohorts", () => {
  it("tell a month in which nobody came from one that is still to come", () => {
    const rows = cohortRows([cell("2011-10-01", 0, 40), cell("2011-10-01", 2, 10), cell("2011-11-01", 0, 40)], "2011-12-09");
    expect(rows.map((row) => [row.month, row.retained])).toEqual([
      ["2011-10-01", [1, 0, 0.25]],
      ["2011-11-01", [1, 0]],
    ]);
  });
  it("know whether the last month is over", () => {
    expect(["2011-12-09", "2011-12-30", "2011-12-31", "2012-02-28", "2012-02-29"].map(isUnfinished)).toEqual([true, true, false, true, false]);
    const open = (asOf: string) => cohortRows([cell("2011-10-01", 0, 40)], asOf)[0]?.unfinished;
    expect([open("2011-12-09"), open("2011-12-31")]).toEqual([true, false]);
  });
  it("count months over the turn of the year", () => expect(cohortRows([cell("2010-12-01", 0, 40)], "2011-02-01")[0]?.retained).toHaveLength(3));
});

describe("concentration", () => {
  const top = (top_percent: number, share: number) => ({ top_percent, customers: 1, spend_micros: 0, share });
  it("runs from nobody to everybody and speaks of a fifth", () => {
    const found = concentrationCurve([top(50, 0.9), top(20, 0.7), top(1, 0.2)]);
    expect(found?.marked).toEqual({ customers: 0.2, spend: 0.7 });
    expect(found?.points.map((point) => point.spend)).toEqual([0, 0.2, 0.7, 0.9, 1]);
  });
  it("is nothing without spend", () => expect(concentrationCurve([])).toBeNull());
});

it("keeps the days of a list in the address, and takes a broken one for none", () => {
  const days = { start: "2026-02-01", end: "2026-02-28", cohort: "2025-11-01", top: 12 };
  expect(daysFrom(daysText(days))).toEqual(days);
  expect(daysFrom(daysText({ start: "2026-02-01", end: "2026-02-28" }))).toEqual({ start: "2026-02-01", end: "2026-02-28" });
  expect([daysFrom(null), daysFrom("x~y"), daysFrom("2026-02-01")]).toEqual([null, null, null]);
});

it("finds the days of a cell: the cohort's month, so many months later", () => {
  expect(monthDays("2028-02-01")).toEqual({ start: "2028-02-01", end: "2028-02-29" });
  expect(cellDays("2025-11-01", 3)).toEqual({ start: "2026-02-01", end: "2026-02-28", cohort: "2025-11-01" });
});

it("tells a time before that is whole in the data from one that is cut or missing", () => {
  const before = { start: "2009-12-11", end: "2010-12-10" };
  expect(["2009-12-11", "2010-12-01", null].map((covered_from) => isCut({ covered_from, before }))).toEqual([false, true, true]);
});

describe("a company without orders", () => {
  const refused = (code: string) => nothingYet(new Problem({ code, what: "", status: 409 }));
  it("is told from a fault, before and after a refresh by night", () => {
    expect(["dashboard_nothing_there", "refresh_nothing_there", "lake_missing"].map(refused)).toEqual([true, true, false]);
  });
});
