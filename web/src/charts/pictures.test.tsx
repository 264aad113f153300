import { renderHook, waitFor } from "@testing-library/react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { beforeAll, describe, expect, it } from "vitest";
import { startTexts } from "../i18n";
import { useChartContext } from "./context";
import { cohortText } from "./grid";
import { orderTimeline } from "./orderTimeline";
import { rankedBars } from "./rankedBars";
import { shareBars } from "./shareBars";

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

describe("the picture of cohorts", () => {
  it("counts where there are too few people for a share", async () => {
    const { format } = await context(false);
    expect([cohortText(0.25, 100, format), cohortText(0.5, 6, format), cohortText(0, 3, format)]).toEqual(["25%", "3/6", "0/3"]);
  });
});
