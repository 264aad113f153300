import { base, categoryAxis, intervals, moneyAxis, valueAxis } from "./axes";
import type { ChartContext, Drawing } from "./context";
import { shareTicks } from "./ticks";

export interface ConcentrationPoint {
  /** Share of customers, largest spender first, and the share of spend they carry. */
  customers: number;
  spend: number;
}

/** The curve of concentration: the top tenth of customers carries so much of the spend. */
export function concentration(points: ConcentrationPoint[], marked: ConcentrationPoint, context: ChartContext): Drawing {
  const { palette, format, t } = context;
  const axis = (name: string, gap: number) => ({
    ...valueAxis(context, (value: number) => format.percent(value)),
    ...shareTicks(1, context.narrow),
    name,
    nameLocation: "middle",
    nameGap: gap,
    nameTextStyle: { color: palette.inkFaint },
  });
  const short = `${format.percent(marked.customers)} → ${format.percent(marked.spend)}`;
  const sentence = t("concentrationMark", { customers: format.percent(marked.customers), spend: format.percent(marked.spend) });
  return {
    height: 300,
    option: {
      ...base(context),
      grid: { left: 56, right: 16, top: 12, bottom: 44 },
      xAxis: axis(t("shareOfCustomers"), 28),
      yAxis: axis(t("shareOfSpend"), 40),
      series: [
        {
          type: "line",
          silent: true,
          symbol: "none",
          lineStyle: { color: palette.lineStrong, type: "dashed", width: 1 },
          data: [[0, 0], [1, 1]],
        },
        { type: "line", symbol: "none", lineStyle: { color: palette.ink, width: 2 }, areaStyle: { color: palette.markSoft, opacity: 0.4 }, data: points.map((point) => [point.customers, point.spend]) },
        {
          type: "scatter",
          symbolSize: 11,
          cursor: "pointer",
          z: 10,
          itemStyle: { color: palette.accent, opacity: 1 },
          data: [{ value: [marked.customers, marked.spend], key: String(marked.customers), tip: [sentence], label: { show: true, position: "right", distance: 10, formatter: context.narrow ? short : sentence, color: palette.ink, backgroundColor: palette.surface, borderRadius: 3, padding: [4, 8], fontWeight: 600 } }],
        },
      ],
    },
    table: {
      columns: [{ title: t("shareOfCustomers") }, { title: t("shareOfSpend"), numeric: true }],
      rows: points.map((point) => ({ key: String(point.customers), cells: [format.percent(point.customers, 1), format.percent(point.spend, 1)] })),
    },
  };
}

export interface PeriodBar {
  key: string;
  month: string;
  value: number;
  text: string;
  /** For what is expected, not yet known. */
  low?: number;
  high?: number;
  intervalText?: string;
  expected?: boolean;
}

/** Revenue by month; what is only expected is hollow and carries its interval. */
export function revenueBars(bars: PeriodBar[], context: ChartContext): Drawing {
  const { palette, format, narrow, t } = context;
  const shown = narrow ? bars.slice(-8) : bars;
  const latest = shown.reduce((found, bar, index) => (bar.expected ? found : index), 0);
  return {
    height: 260,
    option: {
      ...base(context),
      grid: { left: 8, right: 8, top: 24, bottom: 4, containLabel: true },
      xAxis: categoryAxis(context, shown.map((bar) => format.day(bar.month, "month"))),
      yAxis: moneyAxis(context),
      series: [
        {
          type: "bar",
          barMaxWidth: 40,
          cursor: "pointer",
          data: shown.map((bar, index) => ({
            value: bar.value,
            key: bar.key,
            tip: [format.day(bar.month, "month"), bar.text, ...(bar.intervalText ? [`${t("interval")}: ${bar.intervalText}`] : [])],
            itemStyle: bar.expected ? { color: palette.surface, borderColor: palette.mark, borderType: "dashed", borderWidth: 1.5 } : { color: index === latest ? palette.accent : palette.mark },
            label: index === latest ? { show: true, position: "top", color: palette.ink, fontWeight: 600, formatter: bar.text } : undefined,
          })),
        },
        intervals(shown.flatMap((bar, x) => (bar.low === undefined || bar.high === undefined ? [] : [{ x, low: bar.low, high: bar.high }])), palette.ink),
      ],
    },
    table: {
      columns: [{ title: t("month") }, { title: t("amount"), numeric: true }, { title: t("interval"), numeric: true }],
      rows: bars.map((bar) => ({ key: bar.key, cells: [format.day(bar.month, "month"), bar.text, bar.intervalText ?? ""] })),
    },
  };
}

export interface Bin {
  key: string;
  name: string;
  count: number;
}

/** How many customers fall into each band. */
export function distribution(bins: Bin[], unit: string, context: ChartContext): Drawing {
  const { palette, format, t } = context;
  return {
    height: 240,
    option: {
      ...base(context),
      grid: { left: 8, right: 8, top: 24, bottom: 28, containLabel: true },
      xAxis: categoryAxis(context, bins.map((bin) => bin.name), { name: unit, nameLocation: "middle", nameGap: 26, nameTextStyle: { color: palette.inkFaint } }),
      yAxis: valueAxis(context, (value) => format.compact(value)),
      series: [
        {
          type: "bar",
          barCategoryGap: "8%",
          cursor: "pointer",
          itemStyle: { color: palette.mark },
          label: { show: true, position: "top", color: palette.inkSoft, formatter: ({ value }: { value: number }) => format.compact(value) },
          data: bins.map((bin) => ({ value: bin.count, key: bin.key, tip: [bin.name, t("customersCount", { count: bin.count, formatted: format.number(bin.count) })] })),
        },
      ],
    },
    table: {
      columns: [{ title: unit }, { title: t("customers"), numeric: true }],
      rows: bins.map((bin) => ({ key: bin.key, cells: [bin.name, format.number(bin.count)] })),
    },
  };
}
