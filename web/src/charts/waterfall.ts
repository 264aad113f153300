import { type } from "../design/tokens";
import { base, labelRoom, moneyAxis } from "./axes";
import type { ChartContext, Drawing } from "./context";
import { evenTicks } from "./ticks";

export interface WaterfallStep {
  key: string;
  name: string;
  /** Of a total: where it stands. Of a change: by how much, signed. */
  value: number;
  text: string;
  /** Drawn in place of the text where there is little room; the table keeps the text. */
  short?: string;
  /** A further line of the tooltip and of the table. */
  detail?: string;
  kind: "total" | "gain" | "loss" | "neutral";
}

interface BarApi {
  value: (dimension: number) => number;
  coord: (point: [number, number]) => [number, number];
  size: (point: [number, number]) => [number, number];
}

/** Where each bar begins and ends: totals stand on zero, changes hang from the one before. */
export function stepEnds(steps: WaterfallStep[]): { from: number; to: number }[] {
  let level = 0;
  return steps.map((step) => {
    const from = step.kind === "total" ? 0 : level;
    level = step.kind === "total" ? step.value : level + step.value;
    return { from, to: level };
  });
}

/** What the steps are counted in: how the axis reads, and what their column is called. Money unless told. */
export interface WaterfallUnit {
  axis: (context: ChartContext, more?: object) => object;
  title: string;
}

/** From one total to another, step by step. It runs downward, so that words fit beside every bar, also on a phone. */
export function waterfall(steps: WaterfallStep[], context: ChartContext, unit: WaterfallUnit = { axis: moneyAxis, title: context.t("amount") }): Drawing {
  const { palette, narrow, t } = context;
  const ends = stepEnds(steps);
  const levels = [0, ...ends.flatMap(({ from, to }) => [from, to])];
  const detailed = steps.some((step) => step.detail);
  const colour = { total: palette.ink, gain: palette.gain, loss: palette.attention, neutral: palette.mark };
  const room = labelRoom(steps.map((step) => step.name), narrow ? 96 : 168);
  return {
    height: steps.length * 36 + 32,
    option: {
      ...base(context),
      grid: { left: room, right: narrow ? 76 : 110, top: 4, bottom: 24 },
      xAxis: unit.axis(context, evenTicks(Math.min(...levels), Math.max(...levels), narrow ? 2 : 6)),
      yAxis: {
        type: "category",
        inverse: true,
        data: steps.map((step) => step.name),
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: { color: palette.ink, width: room - 12, overflow: "break", lineHeight: 15 },
      },
      series: [
        {
          type: "custom",
          cursor: "pointer",
          encode: { x: [0, 1], y: 2 },
          data: steps.map((step, index) => ({ value: [ends[index]!.from, ends[index]!.to, index], key: step.key, tip: [step.name, step.text, ...(step.detail ? [step.detail] : [])] })),
          renderItem: (params: { dataIndex: number }, api: BarApi) => {
            const step = steps[params.dataIndex]!;
            const [x0, y] = api.coord([api.value(0), api.value(2)]);
            const [x1] = api.coord([api.value(1), api.value(2)]);
            const [, height] = api.size([0, 1]);
            const thick = Math.min(20, height * 0.62);
            const right = Math.max(x0, x1);
            const bar = { type: "rect", shape: { x: Math.min(x0, x1), y: y - thick / 2, width: Math.max(1.5, Math.abs(x1 - x0)), height: thick }, style: { fill: colour[step.kind] } };
            const label = { type: "text", x: right + 6, y, style: { text: narrow ? (step.short ?? step.text) : step.text, fill: step.kind === "total" ? palette.ink : colour[step.kind], fontWeight: step.kind === "total" ? 600 : 400, fontSize: type.small, fontFamily: type.family, verticalAlign: "middle" } };
            const last = params.dataIndex === steps.length - 1;
            const thread = { type: "line", shape: { x1, y1: y + thick / 2, x2: x1, y2: y + height - thick / 2 }, style: { stroke: palette.lineStrong, lineWidth: 1, lineDash: [2, 2] } };
            return { type: "group", children: last ? [bar, label] : [bar, thread, label] };
          },
        },
      ],
    },
    table: {
      columns: [{ title: t("step") }, { title: unit.title, numeric: true }, ...(detailed ? [{ title: t("detail"), numeric: true }] : [])],
      rows: steps.map((step) => ({ key: step.key, cells: [step.name, step.text, ...(detailed ? [step.detail ?? ""] : [])] })),
    },
  };
}
