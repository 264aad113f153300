import { base, categoryAxis, intervals, moneyAxis } from "./axes";
import type { ChartContext, Drawing, Legend } from "./context";

export interface Decile {
  /** 1 is the tenth of customers with the highest prediction. */
  decile: number;
  /** Null where only an order was said, no amount. */
  predicted: number | null;
  predictedText: string;
  low: number | null;
  high: number | null;
  intervalText: string;
  actual: number;
  actualText: string;
  rule: number;
  ruleText: string;
}

/** What was said against what came, by tenths of customers, with the plain rule beside it. */
export function deciles(data: Decile[], context: ChartContext, ruleName?: string): Drawing {
  const { palette, narrow, t } = context;
  const ruled = ruleName ?? t("plainRule");
  const said = data.some((row) => row.predicted !== null);
  const tip = (row: Decile) => [
    t("decileN", { n: row.decile }),
    `${t("actual")}: ${row.actualText}`,
    ...(row.predicted === null ? [] : [`${t("predicted")}: ${row.predictedText}${row.intervalText ? ` (${row.intervalText})` : ""}`]),
    `${ruled}: ${row.ruleText}`,
  ];
  const point = (row: Decile, value: number | null) => ({ value, key: String(row.decile), tip: tip(row) });
  const most = Math.max(1e-9, ...data.map((row) => Math.max(row.actual, row.predicted ?? 0, row.rule)));
  const top = data[0];
  // Where both begin at nearly the same height, their names part: the higher one upward.
  const near = top && top.predicted !== null && Math.abs(top.predicted - top.rule) < most * 0.07;
  const lift = near ? (top.predicted! >= top.rule ? 9 : -9) : 0;
  const startLabel = (text: string, colour: string, position: string, up: number) => ({ show: true, position, distance: 26, offset: [0, -up], color: colour, formatter: text, fontWeight: 600, backgroundColor: palette.surface, padding: [1, 4] });
  const first = (name: string, colour: string, position: string, up: number) => (row: Decile, value: number | null, index: number) => ({ ...point(row, value), label: index === 0 && !narrow ? startLabel(name, colour, position, up) : undefined });
  const model = first(t("predicted"), palette.accent, "right", lift);
  const rule = first(ruled, palette.gain, "right", -lift);
  // Where there is no room for names at the marks, they stand below.
  const legend: Legend["items"] = [
    { name: t("actual"), colour: palette.markSoft, mark: "square" },
    ...(said ? [{ name: t("predicted"), colour: palette.accent, mark: "dot" as const }] : []),
    { name: ruled, colour: palette.gain, mark: "diamond" },
  ];
  return {
    height: narrow ? 280 : 320,
    legend: narrow ? { items: legend } : undefined,
    option: {
      ...base(context),
      grid: { left: 8, right: 16, top: 28, bottom: 28, containLabel: true },
      xAxis: categoryAxis(context, data.map((row) => String(row.decile)), { name: t("decileAxis"), nameLocation: "middle", nameGap: 26, nameTextStyle: { color: palette.inkFaint } }),
      yAxis: moneyAxis(context),
      series: [
        {
          type: "bar",
          barMaxWidth: 36,
          cursor: "pointer",
          itemStyle: { color: palette.markSoft },
          data: data.map((row, index) => ({ ...point(row, row.actual), label: index === 0 && !narrow ? { show: true, position: "insideBottom", color: palette.ink, formatter: t("actual") } : undefined })),
        },
        intervals(data.flatMap((row, x) => (row.low === null || row.high === null ? [] : [{ x, low: row.low, high: row.high }])), palette.accent),
        { type: "line", symbol: "circle", symbolSize: 9, z: 6, lineStyle: { width: 0 }, itemStyle: { color: palette.accent }, cursor: "pointer", data: data.map((row, index) => model(row, row.predicted, index)) },
        { type: "line", symbol: "diamond", symbolSize: 10, z: 6, lineStyle: { width: 1.5, type: "dashed", color: palette.gain }, itemStyle: { color: palette.gain }, cursor: "pointer", data: data.map((row, index) => rule(row, row.rule, index)) },
      ],
    },
    table: {
      columns: [{ title: t("decile") }, { title: t("actual"), numeric: true }, ...(said ? [{ title: t("predicted"), numeric: true }, { title: t("interval90"), numeric: true }] : []), { title: ruled, numeric: true }],
      rows: data.map((row) => ({ key: String(row.decile), cells: [String(row.decile), row.actualText, ...(said ? [row.predictedText, row.intervalText] : []), row.ruleText] })),
    },
  };
}
