import type { Schema } from "../api/client";

/** How a call may end. `callback` asks for a day; `do_not_contact` is kept with the customer and honoured everywhere. */
export const OUTCOMES = ["reached", "order_placed", "callback", "no_answer", "not_interested", "wrong_number", "do_not_contact"] as const satisfies readonly Schema<"CallIn">["outcome"][];
export type Outcome = (typeof OUTCOMES)[number];

export const isOutcome = (text: string): text is Outcome => (OUTCOMES as readonly string[]).includes(text);
