import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import type { Connect, Plugin, PreviewServer, ViteDevServer } from "vite";
import * as answers from "./answers.ts";
import { people } from "./company.ts";

/** The policy of the real server, so that a page that breaks it is seen here first. */
const policy = (nonce: string) =>
  `default-src 'self'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'`;

const session = {
  user: { id: "u1", name: "林雪", email: "user0@example.com", role: "administrator", language: "zh", permissions: ["import", "manage", "assign", "export", "audit"] },
  company: { name: "Harbour & 博远", currency: "GBP", zone: "Europe/London", language: "zh", data_through: "2026-03-02", sample: true },
};

type Handler = (asked: answers.Asked) => unknown;
const routes: [RegExp, Handler][] = [
  [/^session$|^auth\/|^setup$|^invitations\/accept$/, () => session],
  [/^customers$/, answers.customerPage],
  [/^customers\/summary$/, answers.customersSummary],
  [/^customers\/[^/]+\/timeline$/, answers.timeline],
  [/^customers\/[^/]+$/, answers.customerDetail],
  [/^people$/, () => ({ items: people })],
  [/^views$/, () => ({ items: [{ id: "v1", name: "A", query: "sort=-value" }] })],
  [/^worklist$/, answers.worklist],
  [/^segments$/, answers.segments],
  [/^segments\/fields$/, answers.ruleFields],
  [/^segments\/preview$/, () => ({ customers: 84, spend_micros: 412_330_000_000, spend_share: 0.112 })],
  [/^segments\/[^/]+$/, answers.segmentDetail],
  [/^predictions$/, answers.predictions],
  [/^predictions\/ledger$/, answers.ledger],
  [/^predictions\/[^/]+$/, answers.predictionDetail],
  [/^dashboard$/, answers.dashboard],
  [/^imports\/summary$/, answers.importSummary],
  [/^imports$/, (asked) => (asked.method === "POST" ? answers.importDetail({ ...asked, parts: ["imports", "i4"] }) : answers.importList(asked))],
  [/^imports\/[^/]+(\/.*)?$/, answers.importDetail],
  [/^quarantine$/, answers.quarantine],
  [/^jobs$/, answers.jobs],
  [/^search$/, (asked) => ({ items: [{ kind: "customer", id: "c1", title: asked.query.get("q"), detail: "12346", href: "/customers/c1" }] })],
  [/^company$/, () => answers.settings.company],
  [/^users$/, () => answers.settings.users],
  [/^teams$/, () => answers.settings.teams],
  [/^tokens$/, () => answers.settings.tokens],
  [/^audit$/, () => answers.settings.audit],
  [/^invitations\/by-key$/, () => ({ company: session.company.name, email: "new@example.com", invited_by: "林雪" })],
];

const empties: Record<string, unknown> = {
  worklist: { as_of: "2026-03-03", open: 0, at_stake_micros: 0, done_today: 0, total: 0, items: [], next_cursor: null },
  "customers/summary": { as_of: "2026-03-03", customers: 0, ordered_last_90_days: 0, spend_micros: 0, top_fifth_spend_share: 0 },
  predictions: { headline: null, models: [] },
  segments: { as_of: "2026-03-03", headline: null, rfm: [], verdict: null, segments: [] },
};

/** ?mock=empty, error, slow or out in the page's address shows that state. */
function stateOf(request: IncomingMessage): string {
  const page = request.headers.referer ? new URL(request.headers.referer) : null;
  return page?.searchParams.get("mock") ?? "";
}

function answer(request: IncomingMessage, response: ServerResponse, url: URL): void {
  const path = url.pathname.replace("/api/v1/", "");
  const state = stateOf(request);
  const send = (body: unknown, status = 200) => {
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(JSON.stringify(body));
  };
  if (path === "setup" && request.method === "GET") return send({ valid: true });
  if (path === "session" && state === "out") return send({ user: null, company: session.company });
  if (path === "events") {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write("retry: 60000\n\n");
    return;
  }
  if (state === "error" && path !== "session" && path !== "jobs") {
    return send({ code: "lake_missing", what: "The copy for analysis is missing.", why: "A refresh has not finished yet.", remedy: "Run a refresh, then try again.", reference: "r-5d1f" }, 503);
  }
  if (state === "empty" && path in empties) return send(empties[path]);
  const handler = routes.find(([pattern]) => pattern.test(path))?.[1];
  if (!handler) return send(request.method === "GET" ? { code: "not_found", what: "No such thing." } : {}, request.method === "GET" ? 404 : 200);
  send(handler({ query: url.searchParams, zh: (request.headers["accept-language"] ?? "").startsWith("zh"), parts: path.split("/"), method: request.method ?? "GET" }));
}

const api: Connect.NextHandleFunction = (request, response, next) => {
  const url = new URL(request.url ?? "/", "http://localhost");
  if (!url.pathname.startsWith("/api/v1/")) return next();
  answer(request, response, url);
};

/** The built page with its policy, as the real server sends it. */
function page(folder: string): Connect.NextHandleFunction {
  return (request, response, next) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    if (/\.[a-z0-9]+$/.test(pathname)) return next();
    const nonce = randomBytes(16).toString("base64");
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy(nonce) });
    response.end(readFileSync(join(folder, "index.html"), "utf8").replace("__CSP_NONCE__", nonce));
  };
}

/** For `vite` and `vite preview` only: a server that answers with a made-up company. */
export function mockApi(): Plugin {
  return {
    name: "mock-api",
    configureServer: (server: ViteDevServer) => void server.middlewares.use(api),
    configurePreviewServer: (server: PreviewServer) => {
      server.middlewares.use(api);
      server.middlewares.use(page(join(server.config.root, server.config.build.outDir)));
    },
  };
}
