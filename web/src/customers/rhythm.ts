/** What a customer's own order days say of when they usually come. */

const DAY = 86_400_000;
const at = (day: string) => Date.parse(`${day}T00:00:00Z`);
const dayOf = (instant: number) => new Date(instant).toISOString().slice(0, 10);

/** Days between one order day and the next; several orders on a day are one visit. */
export function gapsBetween(days: readonly string[]): number[] {
  const visits = [...new Set(days)].sort();
  return visits.slice(1).map((day, index) => Math.round((at(day) - at(visits[index]!)) / DAY));
}

function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const next = sorted[Math.min(low + 1, sorted.length - 1)]!;
  return sorted[low]! + (next - sorted[low]!) * (place - low);
}

/** Fewer gaps than this show no rhythm. */
export const FEWEST_GAPS = 3;

/** The days within which the next order would normally come: the middle half of the customer's own gaps after the last order. */
export function expectedNext(days: readonly string[]): { from: string; to: string } | null {
  const gaps = gapsBetween(days).sort((a, b) => a - b);
  const last = [...days].sort().at(-1);
  if (gaps.length < FEWEST_GAPS || !last) return null;
  return { from: dayOf(at(last) + Math.floor(quantile(gaps, 0.25)) * DAY), to: dayOf(at(last) + Math.ceil(quantile(gaps, 0.75)) * DAY) };
}
