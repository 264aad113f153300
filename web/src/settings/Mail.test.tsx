import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import type { Schema } from "../api/client";
import { startTexts } from "../i18n";
import { MailState, whileWaiting } from "./Mail";

beforeAll(() => startTexts("en"));
afterEach(() => vi.unstubAllGlobals());

const failed: Schema<"MailOut"> = {
  id: 7,
  kind: "invitation",
  to: "new@acme.test",
  state: "failed",
  attempts: 1,
  created_at: "2026-03-03T08:00:00Z",
  next_at: null,
  sent_at: null,
  expires_at: "2026-03-10T08:00:00Z",
  reason: { code: "mail_refused", what: "Refused.", why: "It is so.", remedy: "Do this.", where: {} },
};

const show = (mail: Schema<"MailOut">) =>
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MailState mail={mail} />
    </QueryClientProvider>,
  );

it("says why a mail failed, and sends it again", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    asked.push(`${request.method} ${new URL(request.url).pathname}`);
    return Response.json({ ...failed, state: "waiting" });
  });
  show(failed);
  expect(await screen.findByText("Refused. It is so. Do this.")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Send again: new@acme.test" }));
  await waitFor(() => expect(asked).toEqual(["POST /api/v1/accounts/mail/7/retry"]));
});

it("offers nothing for what was sent, leaves at once, or must not leave any more", async () => {
  show({ ...failed, state: "sent", reason: null, sent_at: "2026-03-03T08:01:00Z" });
  show({ ...failed, state: "waiting", attempts: 0, reason: null, next_at: "2026-03-03T08:00:00Z" });
  show({ ...failed, state: "expired" });
  for (const state of ["Sent", "Waiting", "Not sent"]) expect(await screen.findByText(state)).toBeTruthy();
  expect(screen.queryAllByRole("button")).toEqual([]);
  expect(screen.queryByText(/Refused/)).toBeNull();
});

it("looks again only while one waits", () => {
  expect(whileWaiting([null, failed])).toBe(false);
  expect(whileWaiting([failed, { ...failed, state: "waiting" }])).toBeGreaterThan(0);
});
