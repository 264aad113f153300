import { QueryClient, QueryClientProvider, useInfiniteQuery } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { beforeAll, expect, it } from "vitest";
import { startTexts } from "../i18n";
import { CustomersPanel } from "./CustomersPanel";

beforeAll(async () => {
  Element.prototype.scrollIntoView ??= () => {};
  await startTexts("en");
});

function Listed() {
  const items = [
    { customer_id: 7, name: "Jacob Lee" },
    { customer_id: 1139, name: "" },
  ];
  const list = useInfiniteQuery({ queryKey: ["few"], queryFn: () => ({ items, total: 2 }), initialPageParam: 0, getNextPageParam: () => null });
  return <CustomersPanel kind="Lapsed" list={list} columns={[]} onClose={() => {}} />;
}

it("has a word instead of an empty link for a customer who is no longer there", async () => {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MemoryRouter>
        <Listed />
      </MemoryRouter>
    </QueryClientProvider>,
  );
  expect((await screen.findByRole("link")).getAttribute("href")).toBe("/customers/7");
  expect(screen.getByText("No longer there").closest("a")).toBeNull();
});
