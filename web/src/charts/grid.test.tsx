import { renderHook, waitFor } from "@testing-library/react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { beforeAll, describe, expect, it } from "vitest";
import { contrast } from "../design/contrast";
import { palettes, ramps, type Mode } from "../design/tokens";
import { startTexts } from "../i18n";
import { useChartContext } from "./context";
import { csvOf } from "./csv";
import { cohortHeatmap, rfmMap, type Cohort } from "./grid";

beforeAll(() => startTexts("en"));

async function context(narrow: boolean, mode: Mode = "light") {
  const { result } = renderHook(() => useChartContext(), { wrapper: ({ children }) => <QueryClientProvider client={new QueryClient()}>{children}</QueryClientProvider> });
  await waitFor(() => expect(result.current).not.toBeNull());
  return { ...result.current, narrow, mode, palette: palettes[mode], ramp: ramps[mode] };
}

interface Shape {
  style: { fill: string; stroke?: string; lineDash?: number[] };
  textContent?: { style: { text: string; fill: string; fontSize: number } };
  textConfig: { position: string };
}
interface Option {
  series: { data: { value: [number, number]; tip: string[] }[]; renderItem: (params: { dataIndex: number }, api: object) => Shape }[];
}

/** As they are drawn in cells of this size. */
function drawn(option: object, width: number, height: number) {
  const [series] = (option as Option).series;
  return series!.data.map(({ value, tip }, dataIndex) => ({ at: value, tip, shape: series!.renderItem({ dataIndex }, { value: (dimension: number) => value[dimension], coord: () => [100, 100], size: () => [width, height] }) }));
}

const cohort = (month: string, retained: number[], unfinished = true): Cohort => ({ key: month, month, customers: 100, retained, unfinished });
const cohorts = [cohort("2011-09-01", [1, 0.22, 0.24, 0.12]), cohort("2011-10-01", [1, 0.24, 0.11])];

describe("cohorts in a month that is not over", () => {
  it.each(["light", "dark"] as const)("are drawn hollow, with a text that can be read, in the %s mode", async (mode) => {
    const all = await context(false, mode);
    const cells = drawn(cohortHeatmap(cohorts, all).option, 60, 26);
    const open = cells.filter(({ at: [x, y] }) => x + y === 2);
    expect(cells).toHaveLength(5);
    expect(open.map(({ shape }) => [shape.style.fill, shape.style.stroke, shape.style.lineDash === undefined])).toEqual(open.map(() => [all.palette.surface, all.palette.lineStrong, false]));
    expect(cells.filter(({ shape }) => shape.style.stroke !== undefined)).toHaveLength(2);
    for (const { shape } of cells) expect(contrast(shape.textContent!.style.fill, shape.style.fill)).toBeGreaterThanOrEqual(4.5);
  });
  it("say so when pointed at, in the table and in the file", async () => {
    const { option, table } = cohortHeatmap(cohorts, await context(false));
    expect(drawn(option, 60, 26).map(({ tip }) => tip.includes("(month not over)"))).toEqual([false, false, true, false, true]);
    expect(table.rows.map((row) => row.cells.slice(2))).toEqual([["22%", "24%", "12% (month not over)"], ["24%", "11% (month not over)", ""]]);
    expect(csvOf(table)).toContain("12% (month not over)");
  });
  it("set no shade: the largest of whole months is the darkest", async () => {
    const all = await context(false);
    const [whole] = drawn(cohortHeatmap([cohort("2011-10-01", [1, 0.2, 0.9])], all).option, 60, 26);
    expect(whole?.shape.style.fill).toBe(all.ramp.at(-1));
  });
  it("are like the others once it is over", async () => {
    const { option, table } = cohortHeatmap([cohort("2011-09-01", [1, 0.22, 0.24], false)], await context(false));
    expect(drawn(option, 60, 26).some(({ shape }) => shape.style.stroke)).toBe(false);
    expect(table.rows[0]?.cells.slice(2)).toEqual(["22%", "24%"]);
  });
});

describe("a cell's text", () => {
  it.each([
    [60, "24%", 12],
    [27.5, "24%", 11],
    [22, "24", 12],
  ])("fits a cell %d wide", async (width, text, fontSize) => {
    const [cell] = drawn(cohortHeatmap([cohort("2011-09-01", [1, 0.24], false)], await context(false)).option, width, 26);
    expect(cell?.shape.textContent?.style).toMatchObject({ text, fontSize });
  });
  it("is left out rather than run over its neighbours", async () => {
    const [cell] = drawn(cohortHeatmap([cohort("2011-09-01", [1, 0.24], false)], await context(false)).option, 12, 26);
    expect(cell?.shape.textContent).toBeUndefined();
  });
});

describe("the map of segments", () => {
  const square = (frequency: number, customers: number) => ({ recency: 1, frequency, key: String(frequency), segment: "Lost", customers, spendShare: 0.04 });
  it.each([
    ["bottom", 57, 53],
    ["inside", 76, 72],
  ])("has a number at every square, at the smallest %s, in cells of %d by %d", async (position, width, height) => {
    const all = await context(true);
    const cells = drawn(rfmMap([square(1, 304), square(2, 47), square(3, 12)], all).option, width, height);
    expect(cells.map(({ shape }) => shape.textContent?.style.text)).toEqual(["304", "47", "12"]);
    const { shape } = cells.at(-1)!;
    expect([cells[0]!.shape.textConfig.position, shape.textConfig.position]).toEqual(["inside", position]);
    // What stands below a square stands on the ground of the panel.
    expect(contrast(shape.textContent!.style.fill, position === "bottom" ? all.palette.surface : shape.style.fill)).toBeGreaterThanOrEqual(4.5);
  });
});
