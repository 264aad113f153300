import { base, moneyAxis } from "./axes";
import type { ChartContext, Drawing } from "./context";

export interface TimelineOrder {
  key: string;
  day: string;
  amount: number;
  amountText: string;
}

export interface ExpectedOrder {
  from: string;
  to: string;
}

const at = (day: string) => Date.parse(`${day}T00:00:00Z`);
const DAY = 86_400_000;

/** Every order as a stem, today as a line, and the days within which the next order would normally come as a band. */
export function orderTimeline(orders: TimelineOrder[], today: string, expected: ExpectedOrder | null, context: ChartContext): Drawing {
  const { palette, format, t, narrow } = context;
  const first = orders.length > 0 ? Math.min(...orders.map((order) => at(order.day))) : at(today) - 90 * DAY;
  const end = Math.max(at(today), expected ? at(expected.to) : 0);
  const margin = Math.max((end - first) * 0.04, 3 * DAY);
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
        splitNumber: narrow ? 3 : 7,
        axisLabel: {
          color: palette.inkFaint,
          hideOverlap: true,
          formatter: (value: number) => format.day(new Date(value).toISOString().slice(0, 10), end - first > 240 * DAY ? "month" : "short"),
        },
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
                data: [[{ xAxis: at(expected.from) }, { xAxis: at(expected.to) }]],
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
