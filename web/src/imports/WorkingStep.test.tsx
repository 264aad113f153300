import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { startTexts } from "../i18n";
import { WorkingStep } from "./WorkingStep";
import type { ImportDetail, ImportState } from "./types";

beforeAll(() => startTexts("en"));
afterEach(() => vi.unstubAllGlobals());

function shown(state: ImportState, jobState: string): string[] {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (request: Request) => {
    asked.push(`${request.method} ${new URL(request.url).pathname}`);
    const job = { id: 7, kind: "import_store", state: jobState, stage: "", progress_done: 0, progress_total: 0, reason: { code: "internal_fault", what: "Something broke", why: "", remedy: "" } };
    return Promise.resolve(Response.json(request.method === "GET" ? job : {}));
  });
  const data = { id: 3, job_id: 7, state, name: "orders.csv" } as ImportDetail;
  render(
    <QueryClientProvider client={new QueryClient()}>
      <WorkingStep data={data} />
    </QueryClientProvider>,
  );
  return asked;
}

describe("work on an import", () => {
  it("that broke while storing says why and can be taken back", async () => {
    const asked = shown("storing", "failed");
    await userEvent.click(await screen.findByRole("button", { name: "Take back and start again" }));
    expect(screen.getByRole("alert").textContent).toContain("Something broke");
    await waitFor(() => expect(asked).toContain("POST /api/v1/imports/3/cancel"));
  });

  it("that broke while undoing goes on with the undo", async () => {
    const asked = shown("undoing", "failed");
    await userEvent.click(await screen.findByRole("button", { name: "Go on with the undo" }));
    await waitFor(() => expect(asked).toContain("POST /api/v1/imports/3/undo"));
  });

  it("that is under way shows how far it is and can only be cancelled", async () => {
    shown("storing", "running");
    expect(await screen.findByRole("progressbar")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Take back and start again" })).toBeNull();
    expect(screen.getByRole("button", { name: "Cancel" })).toBeTruthy();
  });
});
