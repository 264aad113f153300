import { type } from "../design/tokens";
import type { ChartContext } from "./context";

/** Text, tooltip and ground alike in all charts. */
export function base({ palette }: ChartContext): object {
  return {
    animation: false,
    textStyle: { fontFamily: type.family, color: palette.inkSoft, fontSize: type.small },
    aria: { enabled: false },
    tooltip: {
      trigger: "item",
      className: "chart-tip",
      backgroundColor: palette.surface,
      borderColor: palette.lineStrong,
      borderWidth: 1,
      padding: [6, 10],
      confine: true,
      transitionDuration: 0,
      extraCssText: "box-shadow:none",
      textStyle: { color: palette.ink, fontSize: type.small, fontFamily: type.family },
    },
  };
}

export function valueAxis({ palette, narrow }: ChartContext, label: (value: number) => string, more: object = {}): object {
  return {
    type: "value",
    splitNumber: narrow ? 3 : 5,
    axisLabel: { color: palette.inkFaint, formatter: label, hideOverlap: true },
    splitLine: { lineStyle: { color: palette.line } },
    axisLine: { show: false },
    axisTick: { show: false },
    ...more,
  };
}

/** Amounts in the company's currency, as short as they can be said. */
export function moneyAxis(context: ChartContext, more: object = {}): object {
  return valueAxis(context, (value) => context.format.money(Math.round(value * 1e6), { compact: true }), more);
}

export function categoryAxis({ palette }: ChartContext, names: string[], more: object = {}): object {
  return {
    type: "category",
    data: names,
    axisLabel: { color: palette.inkSoft, hideOverlap: true },
    axisLine: { lineStyle: { color: palette.lineStrong } },
    axisTick: { show: false },
    ...more,
  };
}

interface IntervalApi {
  value: (dimension: number) => number;
  coord: (point: [number, number]) => [number, number];
}

/** Intervals as thin lines with ends: data are [x, low, high]. Drawn wherever there is uncertainty. */
export function intervals(points: { x: number; low: number; high: number }[], colour: string): object {
  return {
    type: "custom",
    silent: true,
    z: 5,
    data: points.map(({ x, low, high }) => [x, low, high]),
    encode: { x: 0, y: [1, 2] },
    renderItem: (_: unknown, api: IntervalApi) => {
      const [x, low] = api.coord([api.value(0), api.value(1)]);
      const [, high] = api.coord([api.value(0), api.value(2)]);
      const line = (x1: number, y1: number, x2: number, y2: number) => ({ type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: colour, lineWidth: 1.5 } });
      return { type: "group", children: [line(x, low, x, high), line(x - 4, low, x + 4, low), line(x - 4, high, x + 4, high)] };
    },
  };
}

/** Pixels for names beside an axis: as wide as the longest of them needs, and no wider than is allowed. */
export function labelRoom(names: string[], most: number): number {
  const width = (name: string) => [...name].reduce((sum, letter) => sum + (letter > "\u2e7f" ? 12.5 : 7.4), 0);
  return Math.ceil(Math.min(most, Math.max(0, ...names.map(width)) + 16));
}
