import { render, renderHook, screen, waitFor } from "@testing-library/react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { startTexts } from "../i18n";
import { useChartContext } from "./context";
import { concentration } from "./curves";
import { deciles } from "./deciles";
import { cohortText } from "./grid";
import { LegendList } from "./LegendList";
import { orderTimeline } from "./orderTimeline";
import { rankedBars } from "./rankedBars";
import { shareBars } from "./shareBars";
import { waterfall } from "./waterfall";

beforeAll(() => startTexts("en"));

interface Drawn {
  series: { data: { value: number; key?: string; label: { show: boolean; formatter: string } }[] }[];
}

async function context(narrow: boolean) {
  const { result } = renderHook(() => useChartContext(), { wrapper: ({ children }) => <QueryClientProvider client={new QueryClient()}>{children}</QueryClientProvider> });
  // Its texts are on their way at first.
  await waitFor(() => expect(result.current).not.toBeNull());
  return { ...result.current, narrow };
}

describe("the picture of a day's calls", () => {
  it.each([false, true])("has a bar for each of twenty, narrow: %s", async (narrow) => {
    const calls = Array.from({ length: 20 }, (_, at) => ({ key: String(at), name: `N${at}`, overdueDays: at, stake: at, stakeText: String(at) }));
    const { series } = rankedBars(calls, await context(narrow)).option as Drawn;
    expect(series.map((each) => each.data.length)).toEqual([20, 20]);
  });
});

describe("the picture of a customer's orders", () => {
  const orders = ["2026-03-11", "2026-03-01"].map((day, at) => ({ key: day, day, amount: at, amountText: `${at}` }));
  it("has the server's band after the last order, and none without it", async () => {
    const drawn = async (usual: { lowDays: number; highDays: number } | null) => orderTimeline(orders, "2026-03-20", usual, await context(false)).table.rows.at(-1)?.cells[0];
    expect(await drawn({ lowDays: 7.93, highDays: 22.07 })).toBe("Next order usually here: 19 Mar 2026 – 2 Apr 2026");
    expect(await drawn({ lowDays: 0, highDays: 0 })).toBe("Next order usually here: 11 Mar 2026 – 11 Mar 2026");
    expect(await drawn({ lowDays: 1.2, highDays: 1.8 })).toBe("Next order usually here: 12 Mar 2026 – 12 Mar 2026");
    expect(await drawn(null)).toBe("1 Mar 2026");
  });
  it("names no month twice on its axis", async () => {
    const year = ["2010-12-20", "2011-10-20"].map((day) => ({ key: day, day, amount: 1, amountText: "" }));
    const { xAxis } = orderTimeline(year, "2011-12-09", null, await context(false)).option as { xAxis: { axisLabel: { customValues: number[]; formatter: (value: number) => string } } };
    const said = xAxis.axisLabel.customValues.map(xAxis.axisLabel.formatter);
    expect(said).toContain("Mar 2011");
    expect(new Set(said).size).toBe(said.length);
  });
});

describe("the picture of shares", () => {
  const part = (name: string, customers: number, spend: number) => ({ key: name, name, colour: "#336699", customers, customersText: `${customers}`, spend, spendText: `${spend}` });
  const drawing = async (narrow: boolean) => shareBars([part("Champions", 0.2, 0.7), part("Lost", 0.795, 0.301), part("Tiny", 0.005, -0.001)], await context(narrow));
  it("stacks the same parts twice, none below zero, each leading to its customers", async () => {
    const { series } = (await drawing(false)).option as Drawn;
    expect(series.map((each) => each.data.map((bar) => bar.value))).toEqual([[0.2, 0.7], [0.795, 0.301], [0.005, 0]]);
    expect(series.map((each) => each.data[0]?.key)).toEqual(["Champions", "Lost", "Tiny"]);
  });
  it("writes only names that fit, and says every figure in its table", async () => {
    const { option, table } = await drawing(true);
    const { series } = option as Drawn;
    expect(series.map((each) => each.data.map((bar) => (bar.label.show ? bar.label.formatter : "")))).toEqual([["20%", "Champions 70%"], ["Lost 80%", "30%"], ["", ""]]);
    expect(table.rows.map((row) => row.cells[4])).toEqual(["70%", "30.1%", "-0.1%"]);
  });
});

describe("the legend", () => {
  const part = (name: string, customers: number, spend: number) => ({ key: name, name, colour: "#336699", customers, customersText: "", spend, spendText: "" });
  const tenths = [1, 2].map((decile) => ({ decile, predicted: 90, predictedText: "", low: 80, high: 100, intervalText: "", actual: 100, actualText: "", rule: 70, ruleText: "" }));
  it.each([false, true])("names every part of a whole with both per cents, narrow: %s", async (narrow) => {
    const { legend } = shareBars([part("Champions", 0.13, 0.32), part("New customers", 0.02, 0.004)], await context(narrow));
    expect(legend?.head).toBe("Share of customers · Share of spend");
    expect(legend?.items.map((item) => [item.name, item.figures, item.key])).toEqual([
      ["Champions", "13% · 32%", "Champions"],
      ["New customers", "2% · 0.4%", "New customers"],
    ]);
  });
  it("stands where names cannot stand at the marks", async () => {
    const names = async (narrow: boolean, rows = tenths) => deciles(rows, await context(narrow)).legend?.items.map((item) => item.name);
    expect(await names(true)).toEqual(["Actual", "Model", "Plain rule"]);
    expect(await names(false)).toBeUndefined();
    const { series } = deciles(tenths, await context(true)).option as { series: { type: string; data: { label?: unknown }[] }[] };
    expect(series.filter((each) => each.type !== "custom").flatMap((each) => each.data).some((each) => each.label)).toBe(false);
  });
  it("leads from a name to its customers", () => {
    const opened = vi.fn();
    const legend = { items: [{ key: "a", name: "Champions", colour: "#336699", mark: "square" as const }] };
    render(<LegendList legend={legend} name="Shares" onSelect={opened} />);
    screen.getByRole("button", { name: "Champions" }).click();
    expect(opened).toHaveBeenCalledWith("a");
  });
});

describe("axes on a phone", () => {
  it("have even labels", async () => {
    const narrow = await context(true);
    const step = { key: "now", name: "Now", text: "", kind: "total" as const, value: 9.4e6 };
    const ends = { customers: 1, spend: 1 };
    expect(waterfall([step], narrow).option).toMatchObject({ xAxis: { min: 0, max: 1e7, interval: 5e6 } });
    expect(concentration([ends], ends, narrow).option).toMatchObject({ yAxis: { min: 0, max: 1, interval: 0.25 } });
  });
});

describe("the picture of cohorts", () => {
  it("counts where there are too few people for a share", async () => {
    const { format } = await context(false);
    expect([cohortText(0.25, 100, format), cohortText(0.5, 6, format), cohortText(0, 3, format)]).toEqual(["25%", "3/6", "0/3"]);
  });
});
