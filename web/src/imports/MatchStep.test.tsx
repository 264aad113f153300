import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { startTexts } from "../i18n";
import { MatchStep } from "./MatchStep";
import type { ImportDetail } from "./types";

beforeAll(() => startTexts("en"));
afterEach(() => vi.unstubAllGlobals());

const data = {
  id: 3,
  kind: "orders",
  reason: null,
  options: {},
  profile: { columns: ["no", "salesman", "till"], sample: [["A1", "Li", "north"]], sheets: [] },
  mapping: { fields: { order_number: { column: 0, name: "no", confidence: 1, by: "name", alternatives: [] } }, extras: [1, 2], missing: [], corrects: {} },
} as unknown as ImportDetail;

describe("one more field", () => {
  it("gets an empty line, and the column that a person picks for it", async () => {
    const said: unknown[] = [];
    vi.stubGlobal("fetch", async (request: Request) => {
      if (request.method === "POST") said.push(await request.json());
      return Response.json(request.method === "POST" ? data : [{ name: "orders", fields: [{ name: "order_number", required: true }, { name: "store", required: false }] }]);
    });
    render(
      <QueryClientProvider client={new QueryClient()}>
        <MatchStep data={data} onNext={() => {}} />
      </QueryClientProvider>,
    );
    await userEvent.selectOptions(await screen.findByLabelText("Another field:"), "store");
    const column = screen.getByLabelText<HTMLSelectElement>("Column for Shop");
    expect(column.value).toBe("");
    expect(document.activeElement).toBe(column);
    expect(said).toEqual([]);
    await userEvent.selectOptions(column, "till");
    await waitFor(() => expect(said).toMatchObject([{ overrides: { store: "till" } }]));
  });
});
