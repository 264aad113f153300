import { type } from "../design/tokens";
import { base, labelRoom, valueAxis } from "./axes";
import type { ChartContext, Drawing } from "./context";
import { evenTicks, shareTicks } from "./ticks";

export interface Compared {
  key: string;
  name: string;
  /** "model" is set off by the accent; "rule" has the rule's colour on every page. */
  role: "model" | "rule" | "other";
  value: number;
  low: number | null;
  high: number | null;
  text: string;
  /** The figure alone, where there is no room for its interval. */
  short?: string;
}

interface RangeApi {
  value: (dimension: number) => number;
  coord: (point: [number, number]) => [number, number];
}

/** Figures of the same kind under each other, each a point with its interval; what overlaps cannot be told apart. */
export function comparison(rows: Compared[], axis: (value: number) => string, quantity: string, context: ChartContext, of?: string): Drawing {
  const { palette, narrow, t } = context;
  const colour = { model: palette.accent, rule: palette.gain, other: palette.mark };
  const room = labelRoom(rows.map((row) => row.name), narrow ? 136 : 240);
  const most = Math.max(...rows.map((row) => row.high ?? row.value));
  return {
    height: rows.length * (narrow ? 48 : 40) + 36,
    option: {
      ...base(context),
      grid: { left: room, right: narrow ? 28 : labelRoom(rows.map((row) => row.text), 260), top: 4, bottom: 24 },
      xAxis: valueAxis(context, axis, { min: 0, ...(most <= 1 ? shareTicks(most, narrow) : evenTicks(0, most, narrow ? 2 : 6)) }),
      yAxis: { type: "category", inverse: true, data: rows.map((row) => row.name), axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: palette.ink, width: room - 12, overflow: "break", lineHeight: 15, interval: 0 } },
      series: [
        {
          type: "custom",
          encode: { x: [0, 1, 2], y: 3 },
          data: rows.map((row, index) => ({ value: [row.value, row.low ?? row.value, row.high ?? row.value, index], key: row.key, tip: [row.name, row.text] })),
          renderItem: (params: { dataIndex: number }, api: RangeApi) => {
            const row = rows[params.dataIndex]!;
            const [x, y] = api.coord([api.value(0), api.value(3)]);
            const [low] = api.coord([api.value(1), api.value(3)]);
            const [high] = api.coord([api.value(2), api.value(3)]);
            const stroke = colour[row.role];
            const line = (x1: number, y1: number, x2: number, y2: number) => ({ type: "line", shape: { x1, y1, x2, y2 }, style: { stroke, lineWidth: 2 } });
            const label = narrow
              ? { type: "text", x, y: y + 8, style: { text: row.short ?? row.text, fill: palette.ink, fontSize: 12, fontFamily: type.family, align: "center" } }
              : { type: "text", x: high + 10, y, style: { text: row.text, fill: palette.ink, fontSize: 12, fontFamily: type.family, verticalAlign: "middle" } };
            return { type: "group", children: [line(low, y, high, y), line(low, y - 4, low, y + 4), line(high, y - 4, high, y + 4), { type: "circle", shape: { cx: x, cy: y, r: 5 }, style: { fill: stroke } }, label] };
          },
        },
      ],
    },
    table: {
      columns: [{ title: of ?? t("compared") }, { title: quantity, numeric: true }],
      rows: rows.map((row) => ({ key: row.key, cells: [row.name, row.text] })),
    },
  };
}
