import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import i18next from "i18next";
import { MemoryRouter, Route, Routes } from "react-router";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { startTexts } from "../i18n";
import CustomerPage from "./CustomerPage";
import { customerQuery, ordersQuery } from "./queries";
import type { CustomerDetail } from "./types";

vi.mock("../charts/EChart", () => ({ default: () => null }));
beforeAll(async () => {
  await startTexts("en");
  await i18next.loadNamespaces(["customers", "charts", "design", "activities"]);
});
afterEach(() => vi.unstubAllGlobals());

const facts = { usual_gap_days: 15, usual_gap_low_days: 7.93, usual_gap_high_days: 22.07, days_since_last_order: 10, reference_on: "2026-02-10", data_to: null, last_change: null };
const customer = { id: 7, name: "Wang", external_id: "C7", properties: [], extra: {}, identities: [], owner: null, team: null, row: { orders: 3 }, facts, may_write: false } as unknown as CustomerDetail;
const order = (id: number, ordered_on: string, value: string, is_order: boolean) => ({ id, ordered_on, value, is_order });

async function shown(given: Partial<typeof facts>) {
  // The columns beside the picture wait for theirs.
  vi.stubGlobal("fetch", () => new Promise(() => {}));
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  queries.setQueryData(customerQuery(7).queryKey, { ...customer, facts: { ...facts, ...given } });
  const items = [order(4, "2026-02-05", "-3", false), order(3, "2026-01-31", "9", true), order(2, "2026-01-11", "9", true), order(1, "2026-01-01", "0", true), order(5, "2025-12-24", "0", false)];
  queries.setQueryData(ordersQuery(7).queryKey, { items, next: null } as never);
  const page = render(
    <QueryClientProvider client={queries}>
      <MemoryRouter initialEntries={["/customers/7"]}>
        <Routes>
          <Route path="/customers/:id" element={<CustomerPage />} />
        </Routes>
      </MemoryRouter>
    </QueryClientProvider>,
  );
  await userEvent.click(await screen.findByRole("button", { name: /^Show as a table: Every order/ }));
  const rows = within(screen.getByRole("table", { name: /^Every order/ })).getAllByRole("row").slice(1);
  return { days: rows.map((row) => row.firstChild?.textContent), text: page.container.textContent };
}

it("draws what the rhythm counts, free orders too, and the band that the server gives", async () => {
  const { days, text } = await shown({});
  expect(days).toEqual(["31 Jan 2026", "11 Jan 2026", "1 Jan 2026", "Next order usually here: 8 Feb 2026 – 22 Feb 2026"]);
  for (const part of ["Orders every 15 days or so; now it is day 10", "Band: 15 days after the last order"]) expect(text).toContain(part);
});

it("neither draws nor tells a rhythm where the server knows none", async () => {
  const { days, text } = await shown({ usual_gap_days: null as never, usual_gap_low_days: null as never, usual_gap_high_days: null as never });
  expect(days).toEqual(["31 Jan 2026", "11 Jan 2026", "1 Jan 2026"]);
  expect(text).toContain("no rhythm to be seen yet");
  expect(text).not.toContain("Band:");
});
