import type { Decile } from "../charts/deciles";
import type { Estimate, TestedDecile } from "./types";

/** Statistics come in units and are shown in micros' clothes: rounded once, for reading only. */
export const unitsToMicros = (units: number): number => Math.round(units * 1e6);

/** Customers of the n-th tenth from the top, by rank: from, to. Together the tenths hold everybody once. */
export function ranksOfTenth(nth: number, customers: number): { min: number; max: number } {
  const edge = (tenth: number) => Math.ceil((tenth * customers) / 10);
  return { min: edge(nth - 1) + 1, max: edge(nth) };
}

/** Highest first. The ratio's interval, which is predicted ÷ actual, is drawn as amounts around the prediction. */
export function drawnDeciles(tested: TestedDecile[], money: (units: number) => string): Decile[] {
  return [...tested]
    .sort((a, b) => b.decile - a.decile)
    .map((row, index) => {
      const { low, high } = row.ratio;
      const ends = low === null || high === null || row.actual <= 0 ? null : { low: row.actual * low, high: row.actual * high };
      return {
        decile: index + 1,
        predicted: row.predicted,
        predictedText: money(row.predicted),
        low: ends?.low ?? null,
        high: ends?.high ?? null,
        intervalText: ends ? `${money(ends.low)} – ${money(ends.high)}` : "",
        actual: row.actual,
        actualText: money(row.actual),
        rule: row.rule,
        ruleText: money(row.rule),
      };
    });
}

export function estimateText(estimate: Estimate, figure: (value: number) => string): string {
  if (estimate.value === null) return "–";
  const read = (value: number) => figure(value).replace("-", "−");
  const dash = estimate.low !== null && estimate.low < 0 ? " … " : "–";
  const ends = estimate.low === null || estimate.high === null ? "" : ` (${read(estimate.low)}${dash}${read(estimate.high)})`;
  return read(estimate.value) + ends;
}
