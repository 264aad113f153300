import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { MemoryRouter, Route, Routes } from "react-router";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { sessionQuery } from "../api/session";
import { startTexts } from "../i18n";
import SettingsPage from "./SettingsPage";

beforeAll(() => startTexts("en"));
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

it("brings the open section into the strip that a phone shows of them", async () => {
  vi.stubGlobal("fetch", () => new Promise(() => {}));
  // The strip is 390 wide; the open section begins far beyond it.
  vi.spyOn(HTMLElement.prototype, "getBoundingClientRect").mockImplementation(function (this: HTMLElement) {
    return this.classList.contains("active") ? new DOMRect(700, 0, 90, 34) : new DOMRect(0, 0, 390, 34);
  });
  const queries = new QueryClient();
  queries.setQueryData(sessionQuery.queryKey, { user: { id: 1 }, id: 1, permissions: { user: { read: "all" }, audit: { read: "all" }, job: { read: "all" } } } as never);
  render(
    <QueryClientProvider client={queries}>
      <MemoryRouter initialEntries={["/settings/views"]}>
        <Routes>
          <Route path="/settings/:section" element={<SettingsPage />} />
        </Routes>
      </MemoryRouter>
    </QueryClientProvider>,
  );
  const strip = await screen.findByRole("navigation");
  expect(strip.scrollLeft).toBe(700 - (390 - 90) / 2);
});
