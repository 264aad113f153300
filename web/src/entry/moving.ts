import { answer, client } from "../api/client";

const EVERY_MS = 700;
const PATIENCE_MS = 90_000;
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

async function serves(workspace: string): Promise<boolean> {
  try {
    const ready = await fetch("/readyz", { cache: "no-store" });
    if (!ready.ok) return false;
    return (await answer(client.GET("/accounts/setup/state"))).workspace === workspace;
  } catch {
    return false; // While the server changes over, nobody answers.
  }
}

/**
 * The server changes over to another workspace: waits until it serves that one, then signs in there with the ticket.
 * Returns whether one is signed in; without a ticket, or where it takes too long, one must do it by hand.
 */
export async function arriveAt(workspace: string, ticket: string | null | undefined): Promise<boolean> {
  const until = Date.now() + PATIENCE_MS;
  while (Date.now() < until) {
    await pause(EVERY_MS);
    if (await serves(workspace)) {
      if (!ticket) return false;
      await answer(client.POST("/accounts/sign-in/ticket", { body: { ticket } }));
      return true;
    }
  }
  return false;
}
