import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { answer, client, withoutEmpty } from "./client";
import { Problem } from "./problem";

let asked: Request[] = [];
let reply: () => Response;

beforeEach(() => {
  asked = [];
  vi.stubGlobal("fetch", (request: Request) => {
    asked.push(request);
    return Promise.resolve(reply());
  });
  document.cookie = "csrftoken=t0ken";
});
afterEach(() => vi.unstubAllGlobals());

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json", ...headers } });

const search = (q: string) => answer(client.GET("/search", { params: { query: { q } } }));
const note = () => answer(client.POST("/activities/notes", { body: { customer_id: 1, text: "a" } }));
const thrown = (call: Promise<unknown>) => call.catch((error: unknown) => error) as Promise<Problem>;

describe("the client", () => {
  it("sends the CSRF token and an idempotency key with writes only", async () => {
    reply = () => json({});
    await search("博远");
    await note();
    expect(asked[0]?.headers.get("X-CSRFToken")).toBeNull();
    expect(new URL(asked[0]!.url).pathname).toBe("/api/v1/search");
    expect(new URL(asked[0]!.url).searchParams.get("q")).toBe("博远");
    expect(asked[1]?.headers.get("X-CSRFToken")).toBe("t0ken");
    expect(asked[1]?.headers.get("Idempotency-Key")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("throws the server's problem as it was written", async () => {
    const problem = { code: "amount_unreadable", what: "“1,2,0” is not an amount", where: { row: "17", column: "Amount" }, reference: "r-1" };
    reply = () => json(problem, 422);
    const error = await thrown(note());
    expect(error).toBeInstanceOf(Problem);
    expect(error.status).toBe(422);
    expect(error.body).toEqual(problem);
  });

  it("gives a page that is no problem JSON a code and its reference", async () => {
    reply = () => new Response("<h1>502</h1>", { status: 502, headers: { "X-Request-Id": "r-9" } });
    const error = await thrown(search("a"));
    expect([error.body.code, error.body.reference]).toEqual(["server_failed", "r-9"]);
  });

  it("says when the server was not reached", async () => {
    reply = () => {
      throw new TypeError("failed");
    };
    const error = await thrown(search("a"));
    expect([error.status, error.body.code]).toEqual([0, "network_unreachable"]);
  });

  it("says that a change was lost only where there was one", async () => {
    reply = () => {
      throw new TypeError("failed");
    };
    const code = async (call: Promise<unknown>) => (await thrown(call)).body.code;
    expect(await code(note())).toBe("change_unsent");
    expect(await code(answer(client.POST("/segments/count", { body: { rules: {} } as never })))).toBe("network_unreachable");
  });

  it("sends no empty filters", async () => {
    reply = () => json({});
    await answer(client.GET("/customers", { params: { query: { filter: "", sort: "-spend", limit: 50 } } }));
    expect(new URL(asked[0]!.url).search).toBe("?sort=-spend&limit=50");
    expect(withoutEmpty({ q: "", sort: "-spend", owner: null, low: 0 })).toEqual({ sort: "-spend", low: 0 });
  });
});
