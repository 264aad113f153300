import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { startTexts } from "../i18n";
import { CustomerFilters } from "./CustomerFilters";
import { FilterForm } from "./FilterForm";

beforeAll(() => startTexts("en"));
afterEach(() => vi.unstubAllGlobals());

it("does not say that anything goes while the name of what is set is still on its way", async () => {
  vi.stubGlobal("fetch", () => new Promise(() => {}));
  render(
    <QueryClientProvider client={new QueryClient()}>
      <FilterForm filter={{ owner: [12] }} onChange={() => {}} />
    </QueryClientProvider>,
  );
  expect((await screen.findByLabelText<HTMLSelectElement>("Owner")).value).toBe("12");
});

it("begins at its first field although the choices are still on their way", async () => {
  vi.stubGlobal("fetch", () => new Promise(() => {}));
  const scrolled = vi.fn();
  Element.prototype.scrollIntoView = scrolled;
  render(
    <QueryClientProvider client={new QueryClient()}>
      <CustomerFilters filter={{}} onChange={() => {}} />
    </QueryClientProvider>,
  );
  await userEvent.click(await screen.findByRole("button", { name: "Filters" }));
  expect(document.activeElement).toBe(screen.getByLabelText("Segment"));
  // The button that applies them is seen at once too.
  expect(scrolled.mock.contexts[0]).toBe(screen.getByRole("dialog"));
});
