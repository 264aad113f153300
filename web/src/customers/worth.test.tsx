import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, renderHook, screen } from "@testing-library/react";
import i18next from "i18next";
import { MemoryRouter } from "react-router";
import { beforeAll, expect, it } from "vitest";
import { sessionQuery } from "../api/session";
import type { Me } from "../api/types";
import { useChartContext } from "../charts/context";
import { rankedBars } from "../charts/rankedBars";
import { startTexts } from "../i18n";
import { useCustomerColumns } from "./columns";
import { ExportMenu } from "./ExportMenu";
import { changesQuery, scoresQuery } from "./queries";
import { ScoreCard } from "./ScoreCard";
import type { CustomerDetail, CustomerRow, Score } from "./types";

beforeAll(async () => {
  await startTexts("en");
  await i18next.loadNamespaces(["customers", "charts", "design"]);
});

/** What a company sees that has entered a margin, or none. */
function companyOf(margin: number | null) {
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  queries.setQueryData(sessionQuery.queryKey, { company: { currency: "CNY", zone: "UTC", margin_percent: margin }, permissions: {} } as unknown as Me);
  const wrapper = ({ children }: { children: React.ReactNode }) => (
    <QueryClientProvider client={queries}>
      <MemoryRouter>{children}</MemoryRouter>
    </QueryClientProvider>
  );
  return { queries, wrapper };
}

const score = {
  task: "customer_value",
  state: "published",
  expected_value_micros: 500_000_000,
  value_low_micros: 100_000_000,
  value_high_micros: 1_000_000_000,
  value_score: 700,
  rule: "total_spend",
  rank: 1,
  of: 10,
  horizon_days: 91,
  as_of: "2026-03-01",
  previous: { expected_value_micros: 400_000_000, rank: 1, of: 10, as_of: "2026-02-01" },
  reasons: [],
  feedback: [],
} as unknown as Score;

/** The text of the card of one customer's score. */
function cardOf(margin: number | null, more: Partial<Score> = {}): string {
  const { queries, wrapper } = companyOf(margin);
  queries.setQueryData(scoresQuery(7).queryKey, [{ ...score, ...more }]);
  queries.setQueryData(changesQuery(7).queryKey, [{ kind: "order", on: "2026-03-02", amount_micros: 100_000_000, value_micros: 600_000_000, probability_active: null }]);
  return render(<ScoreCard customer={{ id: 7 } as CustomerDetail} />, { wrapper }).container.textContent;
}

it("says worth of each amount of a forecast, and leaves an order its size", () => {
  const card = cardOf(40);
  for (const part of ["Expected worth", "¥200 in the next 91 days", "between ¥40 and ¥400", "Before: ¥160", "After one more order of ¥100: ¥240"]) expect(card).toContain(part);
});

it("says spend of the same amounts without a margin", () => {
  const card = cardOf(null);
  for (const part of ["Expected spend", "¥500 in the next 91 days", "between ¥100 and ¥1,000", "Before: ¥400", "After one more order of ¥100: ¥600"]) expect(card).toContain(part);
});

it.each([
  ["total_spend", "worth in 91 days at the pace of all spend so far", "in 91 days at the pace of all spend so far"],
  ["window_before", "worth of what was spent in the 91 days before", "spent in the 91 days before"],
  ["mean_per_period", "worth in 91 days at the average pace since the first order", "in 91 days at the average pace since the first order"],
])("says of the rule %s whether its amount is worth or spend", (rule, worth, spend) => {
  expect(cardOf(40, { state: "withheld", rule })).toContain(`¥280 ${worth}`);
  expect(cardOf(null, { state: "withheld", rule })).toContain(`¥700 ${spend}`);
});

it.each([
  [40, "Expected worth", "¥200", "between ¥40 and ¥400"],
  [null, "Expected spend", "¥500", "between ¥100 and ¥1,000"],
])("gives a cell of the list and its interval in one unit, margin %s", (margin, title, amount, interval) => {
  const { wrapper } = companyOf(margin);
  const columns = renderHook(() => useCustomerColumns(), { wrapper }).result.current;
  const column = columns.find((each) => each.key === "value_score");
  expect(column?.title).toBe(title);
  render(<>{column?.render({ expected_value: "500", value_low: "100", value_high: "1000" } as CustomerRow)}</>, { wrapper });
  expect(screen.getByText(amount).title).toContain(interval);
});

it.each([
  [40, "Worth usually at stake"],
  [null, "Usually at stake"],
])("names what the picture of calls draws, margin %s", (margin, name) => {
  const { wrapper } = companyOf(margin);
  const context = renderHook(() => useChartContext(), { wrapper }).result.current;
  expect(rankedBars([], context).table.columns.map((column) => column.title)).toContain(name);
});

it("says which columns of an export are spend and which worth, where there are both", async () => {
  const { wrapper } = companyOf(40);
  render(<ExportMenu filter={{}} sort="-spend" />, { wrapper });
  screen.getByRole("button", { name: "Export" }).click();
  expect(await screen.findByText(/_worth/)).toBeTruthy();
});
