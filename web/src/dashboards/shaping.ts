import { Problem } from "../api/problem";
import type { Cohort } from "../charts/grid";
import type { ConcentrationPoint } from "../charts/curves";
import type { Overview } from "./types";

/** No order is in yet: nothing was ever brought in, or a refresh by night looked and found nothing. */
export function nothingYet(error: unknown): boolean {
  return error instanceof Problem && ["dashboard_nothing_there", "refresh_nothing_there"].includes(error.body.code);
}

/** The time before is not whole in the data: what is missing there counts as nothing spent. */
export const isCut = ({ covered_from, before }: Pick<Overview, "covered_from" | "before">): boolean => covered_from === null || covered_from > before.start;

const monthNumber = (day: string) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1;

/** One row a cohort: shares that ordered again by months since; months in which nobody did are 0, months to come are absent. */
export function cohortRows(cells: Overview["cohorts"], asOf: string): Cohort[] {
  const rows = new Map<string, Cohort>();
  const unfinished = isUnfinished(asOf);
  for (const cell of cells) {
    const age = monthNumber(asOf) - monthNumber(cell.cohort_on);
    const row = rows.get(cell.cohort_on) ?? { key: cell.cohort_on, month: cell.cohort_on, customers: cell.cohort_customers, retained: Array.from({ length: age + 1 }, () => 0), unfinished };
    if (cell.months_since >= 0 && cell.months_since <= age) row.retained[cell.months_since] = cell.cohort_customers > 0 ? cell.customers / cell.cohort_customers : 0;
    rows.set(cell.cohort_on, row);
  }
  return [...rows.values()].sort((a, b) => a.month.localeCompare(b.month));
}

/** The curve through all tops, and the one that is spoken of: a fifth, or the nearest to it. */
export function concentrationCurve(tops: Overview["concentration"]): { points: ConcentrationPoint[]; marked: ConcentrationPoint } | null {
  if (tops.length === 0) return null;
  const shares = tops.map((top) => ({ customers: top.top_percent / 100, spend: top.share })).sort((a, b) => a.customers - b.customers);
  const marked = shares.reduce((best, each) => (Math.abs(each.customers - 0.2) < Math.abs(best.customers - 0.2) ? each : best));
  const ends = { customers: 1, spend: 1 };
  return { points: [{ customers: 0, spend: 0 }, ...shares.filter((each) => each.customers < 1), ends], marked };
}

/** Days whose spenders are listed; as it stands in the address: start, end, cohort, top. */
export interface Days {
  start: string;
  end: string;
  cohort?: string;
  top?: number;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export const daysText = ({ start, end, cohort = "", top }: Days): string => [start, end, cohort, top ?? ""].join("~");

export function daysFrom(text: string | null): Days | null {
  const [start = "", end = "", cohort = "", top = ""] = (text ?? "").split("~");
  if (!DAY.test(start) || !DAY.test(end)) return null;
  return { start, end, ...(DAY.test(cohort) && { cohort }), ...(/^[1-9]\d*$/.test(top) && { top: Number(top) }) };
}

/** From its first day to its last. */
export function monthDays(month: string): Days {
  const [year = 1970, number = 1] = month.split("-").map(Number);
  return { start: month, end: new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10) };
}

/** The month of this day goes on after it: its figures are not those of a whole month. */
export const isUnfinished = (day: string): boolean => day < monthDays(`${day.slice(0, 7)}-01`).end;

/** The cell of a cohort so many months later. */
export function cellDays(cohort: string, later: number): Days {
  const [year = 1970, number = 1] = cohort.split("-").map(Number);
  return { ...monthDays(new Date(Date.UTC(year, number - 1 + later, 1)).toISOString().slice(0, 10)), cohort };
}
