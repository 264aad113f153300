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
  mapping: { fields: { order_number: { column: 0, name: "no", confidence: 1, by: "name", alternatives: [] } }, extras: [1, 2], missing: [], corrects: {}, recalled: null },
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

describe("columns of an earlier file", () => {
  it("are said to be, and can be matched anew", async () => {
    const said: unknown[] = [];
    vi.stubGlobal("fetch", async (request: Request) => {
      if (request.method === "POST") said.push(await request.json());
      return Response.json(request.method === "POST" ? data : []);
    });
    const recalled = { ...data, mapping: { ...data.mapping, recalled: 2, fields: { order_number: { ...data.mapping.fields.order_number, by: "recalled" } } } } as ImportDetail;
    render(
      <QueryClientProvider client={new QueryClient()}>
        <MatchStep data={recalled} onNext={() => {}} />
      </QueryClientProvider>,
    );
    expect(screen.getByText(/those of import 2/)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Match anew" }));
    await waitFor(() => expect(said).toMatchObject([{ overrides: {}, anew: true }]));
  });
});
