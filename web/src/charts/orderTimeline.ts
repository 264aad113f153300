import { base, moneyAxis } from "./axes";
import type { ChartContext, Drawing } from "./context";
import { dayTicks } from "./ticks";

export interface TimelineOrder {
  key: string;
  day: string;
  amount: number;
  amountText: string;
}

/** After how many days the next order usually comes, as the server says it. */
export interface UsualGap {
  lowDays: number;
  highDays: number;
}

const at = (day: string) => Date.parse(`${day}T00:00:00Z`);
const DAY = 86_400_000;
const dayOf = (instant: number) => new Date(instant).toISOString().slice(0, 10);

/** Every order as a stem, today as a line, and the days after the last order within which the next one usually comes as a band. */
export function orderTimeline(orders: TimelineOrder[], today: string, usual: UsualGap | null, context: ChartContext): Drawing {
  const { palette, format, t, narrow } = context;
  const last = Math.max(...orders.map((order) => at(order.day)));
  // Days are whole: the band begins with the first one that lies in it, and ends with the last on which nobody is late.
  const after = (days: number) => dayOf(last + days * DAY);
  const until = usual ? Math.floor(usual.highDays) : 0;
  const expected = usual && orders.length > 0 ? { from: after(Math.min(Math.ceil(usual.lowDays), until)), to: after(until) } : null;
  const first = orders.length > 0 ? Math.min(...orders.map((order) => at(order.day))) : at(today) - 90 * DAY;
  const end = Math.max(at(today), expected ? at(expected.to) : 0);
  const margin = Math.max((end - first) * 0.04, 3 * DAY);
  const ticks = dayTicks(first - margin, end + margin, narrow ? 3 : 7);
  const stems = orders.map((order) => ({
    value: [at(order.day), order.amount],
    key: order.key,
    tip: [format.day(order.day), order.amountText],
  }));
  return {
    height: 202,
    option: {
      ...base(context),
      // Two rows above the plot, today's and the band's, so that neither lies on an order or on the other.
      grid: { left: 8, right: 16, top: 46, bottom: 4, containLabel: true },
      xAxis: {
        type: "time",
        min: first - margin,
        max: end + margin,
        // Chosen here: ECharts also puts ticks within a month, which its name alone would say twice.
        axisLabel: { color: palette.inkFaint, hideOverlap: true, customValues: ticks.at, formatter: (value: number) => format.day(dayOf(value), ticks.style) },
        axisLine: { lineStyle: { color: palette.lineStrong } },
        axisTick: { show: false },
        splitLine: { show: false },
      },
      yAxis: moneyAxis(context, { splitNumber: 2 }),
      series: [
        { type: "bar", data: stems, barWidth: 2, itemStyle: { color: palette.mark }, cursor: "pointer" },
        {
          type: "scatter",
          data: stems,
          symbolSize: 9,
          itemStyle: { color: palette.ink, borderColor: palette.surface, borderWidth: 1.5 },
          cursor: "pointer",
          markLine: {
            symbol: "none",
            silent: true,
            lineStyle: { color: palette.accent, width: 1.5, type: "solid" },
            label: { formatter: t("asOfDay", { day: format.day(today, "short") }), color: palette.accent, position: "end", distance: 22 },
            data: [{ xAxis: at(today) }],
          },
          markArea: expected
            ? {
                silent: true,
                itemStyle: { color: palette.accent, opacity: 0.14 },
                // Ends where the band ends, and runs to the left: there is always room.
                label: { color: palette.inkSoft, position: ["100%", 0], align: "right", verticalAlign: "bottom", formatter: t("expectedNext"), fontSize: 12, padding: [0, 0, 4, 0] },
                // Half a day more on either side: whoever always comes after the same number of days has a band of one day.
                data: [[{ xAxis: at(expected.from) - DAY / 2 }, { xAxis: at(expected.to) + DAY / 2 }]],
              }
            : undefined,
        },
      ],
    },
    table: {
      columns: [{ title: t("date") }, { title: t("amount"), numeric: true }],
      rows: [
        ...orders.map((order) => ({ key: order.key, cells: [format.day(order.day), order.amountText] })),
        ...(expected ? [{ cells: [`${t("expectedNext")}: ${format.day(expected.from)} – ${format.day(expected.to)}`, "–"] }] : []),
      ],
    },
  };
}
