import { base } from "./axes";
import type { ChartContext, Drawing } from "./context";
import { readableOn } from "./grid";

export interface Share {
  /** Without a key a part cannot be opened. */
  key?: string;
  name: string;
  colour: string;
  /** Of 1. */
  customers: number;
  customersText: string;
  spend: number;
  spendText: string;
}

const HEIGHT = 104;
/** Pixels that the whole bar has at least, so that a name is written only where it fits. */
const ROOM = { narrow: 230, wide: 560 };

/** How one whole is made up twice: of customers, and of what they spent. The same part has the same colour in both. */
export function shareBars(parts: Share[], context: ChartContext): Drawing {
  const { palette, format, narrow, t } = context;
  const room = narrow ? ROOM.narrow : ROOM.wide;
  const width = (text: string) => [...text].reduce((sum, letter) => sum + (letter > "\u2e7f" ? 12.5 : 7.2), 12);
  const written = (part: Share, share: number) => [`${part.name} ${format.percent(share)}`, format.percent(share)].find((text) => width(text) < share * room);
  const datum = (part: Share, share: number, quantity: string, text: string) => {
    const label = written(part, share);
    return {
      value: Math.max(0, share),
      key: part.key,
      tip: [part.name, `${quantity}: ${format.percent(share, 1)} · ${text}`],
      label: { show: label !== undefined, formatter: label ?? "", color: readableOn(part.colour), fontSize: 12 },
    };
  };
  // A tail of a half per cent is none of "0%".
  const short = (share: number) => format.percent(share, Math.abs(share) < 0.01 ? 1 : 0);
  return {
    height: HEIGHT,
    // Most parts are too thin for a name, and on a phone nothing can be hovered.
    legend: {
      head: `${t("shareOfAllCustomers")} · ${t("spendShare")}`,
      items: parts.map((part) => ({ key: part.key, name: part.name, colour: part.colour, mark: "square", figures: `${short(part.customers)} · ${short(part.spend)}` })),
    },
    option: {
      ...base(context),
      grid: { left: 4, right: 8, top: 4, bottom: 4, containLabel: true },
      xAxis: { type: "value", min: 0, max: 1, show: false },
      yAxis: { type: "category", inverse: true, data: [t("customers"), t("spend")], axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: palette.ink } },
      series: parts.map((part) => ({
        type: "bar",
        stack: "whole",
        barWidth: 32,
        cursor: part.key === undefined ? "default" : "pointer",
        itemStyle: { color: part.colour, borderColor: palette.surface, borderWidth: 1 },
        data: [datum(part, part.customers, t("customers"), part.customersText), datum(part, part.spend, t("spend"), part.spendText)],
      })),
    },
    table: {
      columns: [{ title: t("segment") }, { title: t("customers"), numeric: true }, { title: t("shareOfAllCustomers"), numeric: true }, { title: t("spend"), numeric: true }, { title: t("spendShare"), numeric: true }],
      rows: parts.map((part) => ({ key: part.key, cells: [part.name, part.customersText, format.percent(part.customers, 1), part.spendText, format.percent(part.spend, 1)] })),
    },
  };
}
