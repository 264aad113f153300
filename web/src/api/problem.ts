import type { ProblemBody } from "./types";

/** A refusal, as an error that can be thrown and shown. `status` 0: the server was not reached. */
export class Problem extends Error {
  readonly body: ProblemBody;
  readonly status: number;

  constructor({ status, ...body }: ProblemBody & { status: number }) {
    super(body.what || body.code);
    this.name = "Problem";
    this.body = body;
    this.status = status;
  }
}

function isBody(value: unknown): value is ProblemBody {
  return typeof value === "object" && value !== null && typeof (value as ProblemBody).code === "string" && typeof (value as ProblemBody).what === "string";
}

/** Whatever came back, in one form. An answer that is no problem JSON (a proxy's page) becomes `unexpected_answer`. */
export function problemFrom(error: unknown, response: Response): Problem {
  const reference = response.headers.get("X-Request-Id") ?? undefined;
  if (isBody(error)) return new Problem({ reference, ...error, status: response.status });
  return new Problem({ code: response.status >= 500 ? "server_failed" : "unexpected_answer", what: "", reference, status: response.status });
}

export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem({ code: "page_failed", what: "", status: -1 });
}
