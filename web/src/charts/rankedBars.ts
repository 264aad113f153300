import { base, labelRoom, valueAxis } from "./axes";
import type { ChartContext, Drawing } from "./context";

export interface RankedBar {
  key: string;
  name: string;
  overdueDays: number;
  stake: number;
  stakeText: string;
}

/** A day's calls unless a company wants more: the picture shows everybody whom its sentence counts, on a phone too. */
export const MOST_BARS = 20;

/** Who is overdue by how many days, and beside it what would usually have come in by now; in the order that is given. */
export function rankedBars(bars: RankedBar[], context: ChartContext): Drawing {
  const { palette, format, narrow, t } = context;
  const rows = bars.slice(0, MOST_BARS);
  const names = rows.map((bar) => bar.name);
  const left = labelRoom(names, narrow ? 96 : 164);
  const days = (value: number) => t("days", { count: value, formatted: format.number(value, { maximumFractionDigits: 0 }) });
  const stake = t(format.isWorth ? "worthAtStake" : "atStake");
  const tip = (bar: RankedBar) => [bar.name, `${t("overdue")}: ${days(bar.overdueDays)}`, `${stake}: ${bar.stakeText}`];
  const panel = (gridIndex: number, show: boolean) => ({
    type: "category",
    gridIndex,
    data: names,
    inverse: true,
    axisLine: { lineStyle: { color: palette.lineStrong } },
    axisTick: { show: false },
    axisLabel: { show, color: palette.ink, width: left - 12, overflow: "truncate" },
  });
  const bar = (at: number, colour: string, value: (each: RankedBar) => number, text: (each: RankedBar) => string) => ({
    type: "bar",
    xAxisIndex: at,
    yAxisIndex: at,
    barMaxWidth: 14,
    itemStyle: { color: colour },
    cursor: "pointer",
    data: rows.map((each) => ({ value: value(each), key: each.key, tip: tip(each), label: { show: true, position: "right", color: palette.ink, formatter: text(each) } })),
  });
  const head = 26;
  return {
    height: rows.length * 26 + head + 8,
    option: {
      ...base(context),
      grid: [
        // Behind the longest bar its words have their room: a fifth of what a phone has.
        { left, ...(narrow ? { right: "55%" } : { width: "34%" }), top: head, bottom: 4 },
        { left: narrow ? "66%" : "58%", right: narrow ? 48 : 80, top: head, bottom: 4 },
      ],
      xAxis: [0, 1].map((gridIndex) => ({
        ...valueAxis(context, () => "", { gridIndex, max: "dataMax" }),
        splitLine: { show: false },
        name: gridIndex === 0 ? t("overdue") : stake,
        nameLocation: "start",
        position: "top",
        nameGap: 0,
        nameTextStyle: { align: "left", verticalAlign: "bottom", color: palette.inkFaint, padding: [0, 0, 8, 0] },
      })),
      yAxis: [panel(0, true), panel(1, false)],
      series: [
        bar(0, palette.attention, (each) => each.overdueDays, (each) => days(each.overdueDays)),
        bar(1, palette.mark, (each) => each.stake, (each) => each.stakeText),
      ],
    },
    table: {
      columns: [{ title: t("customer") }, { title: t("overdue"), numeric: true }, { title: stake, numeric: true }],
      rows: bars.map((each) => ({ key: each.key, cells: [each.name, days(each.overdueDays), each.stakeText] })),
    },
  };
}
