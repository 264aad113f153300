import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { palettes, ramps, type Mode, type Palette } from "../design/tokens";
import { useMode } from "../design/theme";
import { usePhone } from "../design/usePhone";
import { useFormat, type Format } from "../i18n/useFormat";

export type ChartTexts = ReturnType<typeof useTranslation<"charts">>["t"];

/** All that a drawing depends on besides its data. */
export interface ChartContext {
  mode: Mode;
  palette: Palette;
  ramp: readonly string[];
  format: Format;
  narrow: boolean;
  t: ChartTexts;
}

export function useChartContext(): ChartContext {
  const mode = useMode();
  const format = useFormat();
  const narrow = usePhone();
  const { t } = useTranslation("charts");
  return useMemo(() => ({ mode, palette: palettes[mode], ramp: ramps[mode], format, narrow, t }), [mode, format, narrow, t]);
}

/** What every mark carries: the key that a click hands back, and the lines of its tooltip. */
export interface Mark {
  key?: string;
  tip?: string[];
}

/** The table that says the same as the picture. */
export interface ChartTable {
  columns: { title: string; numeric?: boolean }[];
  rows: { key?: string; cells: string[] }[];
}

/** Says what the colours mean, for what cannot be written at the marks themselves. */
export interface Legend {
  /** What the figures behind the names are. */
  head?: string;
  items: { key?: string; name: string; figures?: string; colour: string; mark: "square" | "dot" | "diamond" }[];
}

export interface Drawing {
  option: object;
  table: ChartTable;
  legend?: Legend;
  /** In pixels. */
  height: number;
}

/** A step of the ramp for a share of the largest. */
export function shade(ramp: readonly string[], share: number): string {
  const at = Math.max(0, Math.min(ramp.length - 1, Math.round(share * (ramp.length - 1))));
  return ramp[at]!;
}
