import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { beforeAll, expect, it } from "vitest";
import { startTexts } from "../i18n";
import { OutcomeDialog } from "./OutcomeDialog";
import type { WorkItem } from "./queries";

beforeAll(async () => {
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true;
  };
  HTMLDialogElement.prototype.close ??= function (this: HTMLDialogElement) {
    this.open = false;
  };
  await startTexts("en");
});

it("says of each outcome which key chooses it, and not as if it were a count", async () => {
  const item = { id: 1, customer: { id: 1, name: "Jacob Lee", external_id: "c1", phone: "" }, reason: { what: "" } } as unknown as WorkItem;
  render(
    <QueryClientProvider client={new QueryClient()}>
      <OutcomeDialog item={item} onClose={() => {}} />
    </QueryClientProvider>,
  );
  const first = await screen.findByRole("radio", { name: "Reached" });
  expect(first.getAttribute("aria-keyshortcuts")).toBe("1");
  expect(screen.getByTitle("Press 1 to choose it").tagName).toBe("KBD");
});
