import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { startTexts } from "../i18n";
import { RejectedGrid } from "./RejectedGrid";

beforeAll(() => startTexts("en"));
afterEach(() => vi.unstubAllGlobals());

it("shows the wrong cell beside the number of its row, however far to the right it stands in the file", async () => {
  const original = { a: "1", b: "2", c: "3", Amount: "1,2,0" };
  const items = [{ id: 1, row: 17, column: "Amount", value: "1,2,0", code: "amount_unreadable", what: "Not an amount", why: "", remedy: "", original }];
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify({ items, next: null }), { headers: { "Content-Type": "application/json" } })));
  render(
    <QueryClientProvider client={new QueryClient()}>
      <RejectedGrid row={{ id: 1, state: "checked", counts: { rejected: 1 } }} />
    </QueryClientProvider>,
  );
  const row = (await screen.findByText("17")).closest("tr");
  expect(row?.cells[1]?.textContent).toBe("Amount1,2,0");
  expect(row?.querySelectorAll(".cell-wrong")).toHaveLength(2);
});
