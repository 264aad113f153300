/** Where an axis carries its labels, worked out here: ECharts drops those that collide one by one, and leaves uneven gaps. */

const NICE = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];
const CLOSE = 1e-9;

export interface Ticks {
  min: number;
  max: number;
  interval: number;
}

/** The finest round step with which at most so many reach from end to end; both ends lie on it. Nothing where all is zero. */
export function evenTicks(low: number, high: number, most: number): Ticks | undefined {
  const span = Math.max(0, high) - Math.min(0, low);
  if (!(span > 0)) return undefined;
  const power = 10 ** Math.floor(Math.log10(span / most));
  const steps = [...NICE, 20, 50].map((step) => step * power);
  for (const interval of steps) {
    const [from, to] = [Math.floor(Math.min(0, low) / interval + CLOSE), Math.ceil(Math.max(0, high) / interval - CLOSE)];
    if (to - from <= most) return { min: from * interval, max: to * interval, interval };
  }
  return undefined;
}

/** The same for shares of one whole: in whole per cent, and never beyond all of it. */
export function shareTicks(largest: number, narrow: boolean): Ticks | undefined {
  const top = Math.min(1, Math.ceil(largest * 10 - CLOSE) / 10);
  return top > 0.9 ? { min: 0, max: 1, interval: narrow ? 0.25 : 0.2 } : evenTicks(0, top, narrow ? 3 : 5);
}

const DAY = 86_400_000;
const MONTH = 30.4 * DAY;
/** Each at most half as long again as the one before, as far as it matters: at least two labels stand on any axis. */
const MONTHS = [1, 2, 3, 4, 6, 9, 12, 18, 24, 36, 48, 60, 84, 120];
const DAYS = [1, 2, 3, 5, 7, 10, 14, 21, 28, 42, 60, 90, 120];

/** Days to be labelled between two instants, no nearer to each other than the so-many-th part of the axis: whole days, or first days of months where there are many. */
export function dayTicks(from: number, to: number, parts: number): { at: number[]; style: "month" | "short" } {
  const least = (to - from) / parts;
  const roomy = (steps: number[], length: number) => steps.find((step) => step * length >= least) ?? Math.ceil(least / length);
  if (to - from > 240 * DAY) return { at: firstsOfMonths(from, to, roomy(MONTHS, MONTH)), style: "month" };
  return { at: wholeDays(from, to, roomy(DAYS, DAY)), style: "short" };
}

function wholeDays(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / DAY) * DAY;
  return Array.from({ length: Math.max(0, Math.floor((to - first) / (step * DAY)) + 1) }, (_, index) => first + index * step * DAY);
}

function firstsOfMonths(from: number, to: number, step: number): number[] {
  const month = (instant: number) => new Date(instant).getUTCFullYear() * 12 + new Date(instant).getUTCMonth();
  const first = Math.floor(month(from) / step) * step;
  return Array.from({ length: Math.floor((month(to) - first) / step) + 1 }, (_, index) => first + index * step)
    .map((at) => Date.UTC(Math.floor(at / 12), at % 12, 1))
    .filter((at) => at >= from && at <= to);
}
