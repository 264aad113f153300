import { luminance } from "../design/contrast";
import { type } from "../design/tokens";
import { base, labelRoom } from "./axes";
import { shade, type ChartContext, type Drawing } from "./context";

interface CellApi {
  value: (dimension: number) => number;
  coord: (point: [number, number]) => [number, number];
  size: (point: [number, number]) => [number, number];
}

interface DrawnCell {
  x: number;
  y: number;
  fill: string;
  /** The first of them that fits is written, the fullest first. */
  texts: string[];
  textColour: string;
  /** Colour of a text that stands below its square, where it fits into it at no size. Without it, it is left out. */
  below?: string;
  /** Edge of a cell that is not to be read like the others. */
  edge?: string;
  /** Side of the square, as a share of the cell; 1 fills it. */
  side: number;
  key?: string;
  tip: string[];
}

const SIZES = [type.small, 11];

function fitting(texts: string[], width: number, height: number): { text: string; fontSize: number } | undefined {
  const wide = (text: string, size: number) => [...text].reduce((sum, letter) => sum + (letter > "\u2e7f" ? 1 : letter === "%" ? 0.95 : 0.62), 0) * size;
  return texts.flatMap((text) => SIZES.map((fontSize) => ({ text, fontSize }))).find(({ text, fontSize }) => wide(text, fontSize) <= width && fontSize + 2 <= height);
}

export function readableOn(fill: string): string {
  return luminance(fill) > 0.22 ? "#18202b" : "#ffffff";
}

/** Rectangles on two category axes. Custom drawn, because their side carries a quantity besides their shade. */
function cells(drawn: DrawnCell[]): object {
  return {
    type: "custom",
    cursor: "pointer",
    data: drawn.map((cell) => ({ value: [cell.x, cell.y], key: cell.key, tip: cell.tip })),
    renderItem: (params: { dataIndex: number }, api: CellApi) => {
      const cell = drawn[params.dataIndex];
      if (!cell) return null;
      const [x, y] = api.coord([api.value(0), api.value(1)]);
      const [width, height] = api.size([1, 1]);
      const w = Math.max(6, (width - 3) * cell.side);
      const h = Math.max(6, (height - 3) * cell.side);
      const inside = fitting(cell.texts, w, h);
      const below = inside || cell.below === undefined ? undefined : cell.texts[0];
      // Square and text together stand in the middle of the cell.
      const top = y - h / 2 - (below === undefined ? 0 : type.small / 2);
      const written = inside ? { ...inside, fill: cell.textColour } : { text: below, fontSize: type.small, fill: cell.below };
      return {
        type: "rect",
        shape: { x: x - w / 2, y: top, width: w, height: h, r: 2 },
        style: { fill: cell.fill, ...(cell.edge && { stroke: cell.edge, lineWidth: 1, lineDash: [3, 2] }) },
        textContent: written.text === undefined ? undefined : { type: "text", style: { ...written, fontFamily: type.family } },
        textConfig: inside ? { position: "inside" } : { position: "bottom", distance: 1 },
      };
    },
  };
}

export interface RfmCell {
  /** 1 (long ago, rare) … 5 (recent, frequent). */
  recency: number;
  frequency: number;
  key: string;
  segment: string;
  customers: number;
  spendShare: number;
}

/** Recency against frequency: the square's area is customers, its shade their share of spend. */
export function rfmMap(data: RfmCell[], context: ChartContext): Drawing {
  const { palette, ramp, format, t, narrow } = context;
  const most = Math.max(1, ...data.map((cell) => cell.customers));
  const largest = Math.max(0.0001, ...data.map((cell) => cell.spendShare));
  const scores = ["1", "2", "3", "4", "5"];
  const axis = (name: string) => ({
    type: "category",
    data: scores,
    name,
    nameLocation: "middle",
    nameGap: 26,
    nameTextStyle: { color: palette.inkFaint },
    axisLabel: { color: palette.inkSoft },
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { show: true, lineStyle: { color: palette.line } },
  });
  return {
    height: narrow ? 320 : 470,
    option: {
      ...base(context),
      grid: { left: 44, right: 8, top: 8, bottom: 44 },
      xAxis: axis(t("rfmFrequency")),
      yAxis: axis(t("rfmRecency")),
      series: [
        cells(
          data.map((cell) => {
            const fill = shade(ramp, 0.12 + 0.88 * Math.sqrt(cell.spendShare / largest));
            return {
              x: cell.frequency - 1,
              y: cell.recency - 1,
              fill,
              textColour: readableOn(fill),
              texts: [format.compact(cell.customers)],
              below: palette.ink,
              side: Math.max(0.22, Math.sqrt(cell.customers / most)),
              key: cell.key,
              tip: [cell.segment, t("customersCount", { count: cell.customers, formatted: format.number(cell.customers) }), `${t("spendShare")}: ${format.percent(cell.spendShare, 1)}`],
            };
          }),
        ),
      ],
    },
    table: {
      columns: [{ title: t("segment") }, { title: t("rfmRecencyShort"), numeric: true }, { title: t("rfmFrequencyShort"), numeric: true }, { title: t("customers"), numeric: true }, { title: t("spendShare"), numeric: true }],
      rows: data.map((cell) => ({ key: cell.key, cells: [cell.segment, String(cell.recency), String(cell.frequency), format.number(cell.customers), format.percent(cell.spendShare, 1)] })),
    },
  };
}

export interface Cohort {
  key: string;
  /** "2026-03-01". */
  month: string;
  customers: number;
  /** Share that ordered again in month 0, 1, 2 … */
  retained: number[];
  /** The last share is of a month that is not over: it can only rise, and is compared with nothing. */
  unfinished?: boolean;
}

/** Of fewer people a share is no figure: they are counted, and set no shade. */
const FEW = 20;

/** What stands in a cell: who ordered again in that month. */
export function cohortText(share: number, customers: number, format: Pick<ChartContext["format"], "number" | "percent">): string {
  return customers < FEW ? `${format.number(Math.round(share * customers))}/${format.number(customers)}` : format.percent(share);
}

export function cohortHeatmap(cohorts: Cohort[], context: ChartContext): Drawing {
  const { palette, ramp, format, t, narrow } = context;
  // The newest year is drawn; the table holds all.
  const shown = cohorts.slice(narrow ? -8 : -13);
  const months = Math.min(narrow ? 7 : 13, Math.max(1, ...shown.map((cohort) => cohort.retained.length)));
  const isOpen = (cohort: Cohort, later: number) => Boolean(cohort.unfinished) && later === cohort.retained.length - 1;
  const later = shown.filter((cohort) => cohort.customers >= FEW).flatMap((cohort) => cohort.retained.slice(1).filter((_, index) => !isOpen(cohort, index + 1)));
  const largest = Math.max(0.01, ...later);
  const drawn = shown.flatMap((cohort, y) =>
    cohort.retained.slice(1, months).map((share, index) => {
      const open = isOpen(cohort, index + 1);
      const fill = open ? palette.surface : shade(ramp, cohort.customers < FEW ? 0 : share / largest);
      const text = cohortText(share, cohort.customers, format);
      return {
        x: index,
        y,
        fill,
        textColour: open ? palette.inkSoft : readableOn(fill),
        edge: open ? palette.lineStrong : undefined,
        // The sentence of the picture says that they are per cent.
        texts: [text, text.replace(/\s?%$/, "")],
        side: 1,
        key: `${cohort.key}+${index + 1}`,
        tip: [format.day(cohort.month, "month"), t("cohortTip", { count: index + 1, month: index + 1, share: format.percent(share, 1), customers: format.number(cohort.customers) }), ...(open ? [t("notOver")] : [])],
      };
    }),
  );
  const names = shown.map((cohort) => (narrow ? format.day(cohort.month, "month") : `${format.day(cohort.month, "month")}  ${format.compact(cohort.customers)}`));
  const said = (cohort: Cohort, later: number) => {
    const share = cohort.retained[later];
    if (share === undefined) return "";
    return isOpen(cohort, later) ? t("openShare", { share: format.percent(share, 1) }) : format.percent(share, 1);
  };
  return {
    height: shown.length * 26 + 48,
    option: {
      ...base(context),
      grid: { left: narrow ? 80 : labelRoom(names, 132), right: 8, top: 8, bottom: 40 },
      xAxis: {
        type: "category",
        data: Array.from({ length: months - 1 }, (_, index) => String(index + 1)),
        name: t("monthsAfter"),
        nameLocation: "middle",
        nameGap: 24,
        nameTextStyle: { color: palette.inkFaint },
        axisLabel: { color: palette.inkSoft },
        axisLine: { show: false },
        axisTick: { show: false },
      },
      yAxis: {
        type: "category",
        inverse: true,
        data: names,
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: { color: palette.inkSoft },
      },
      series: [cells(drawn)],
    },
    table: {
      columns: [{ title: t("cohort") }, { title: t("customers"), numeric: true }, ...Array.from({ length: months - 1 }, (_, index) => ({ title: t("monthN", { month: index + 1 }), numeric: true }))],
      rows: cohorts.map((cohort) => ({
        key: cohort.key,
        cells: [format.day(cohort.month, "month"), format.number(cohort.customers), ...Array.from({ length: months - 1 }, (_, index) => said(cohort, index + 1))],
      })),
    },
  };
}
