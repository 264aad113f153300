import createClient, { type Middleware } from "openapi-fetch";
import { Problem, problemFrom } from "./problem";

/** Until the schema is generated, calls name the type they expect; `npm run api` replaces this by the contract. */
type Loose = Record<string, never>;
type Method = "get" | "post" | "put" | "patch" | "delete";

export type Query = Record<string, string | number | boolean | string[] | null | undefined>;

const BASE = `${location.origin}/api/v1`;
const SIGN_IN = "/sign-in";

function cookie(name: string): string | undefined {
  const found = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
  return found && decodeURIComponent(found.slice(name.length + 1));
}

const guard: Middleware = {
  onRequest({ request }) {
    if (!["GET", "HEAD"].includes(request.method)) {
      const token = cookie("csrftoken");
      if (token) request.headers.set("X-CSRFToken", token);
      // A repeated click or a lost answer must not do a thing twice.
      if (request.method === "POST" && !request.headers.has("Idempotency-Key")) {
        request.headers.set("Idempotency-Key", crypto.randomUUID());
      }
    }
    request.headers.set("Accept-Language", document.documentElement.lang);
    return request;
  },
};

export const client = createClient<Loose>({ baseUrl: BASE, credentials: "same-origin", fetch: (request) => fetch(request) });
client.use(guard);

type Untyped = (method: Method, path: string, init: object) => Promise<{ data?: unknown; error?: unknown; response: Response }>;

export function withoutEmpty(query: Query = {}): Query {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== ""));
}

async function send<Answer>(method: Method, path: string, init: { query?: Query; body?: unknown; signal?: AbortSignal } = {}): Promise<Answer> {
  let result;
  try {
    result = await (client.request as unknown as Untyped)(method, path, {
      params: { query: withoutEmpty(init.query) },
      body: init.body,
      signal: init.signal,
      ...(init.body instanceof FormData ? { bodySerializer: (body: FormData) => body } : {}),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem({ code: "network_unreachable", what: "", status: 0 });
  }
  const { data, error, response } = result;
  if (!response.ok) {
    const problem = problemFrom(error, response);
    if (response.status === 401 && path !== "/session") leaveForSignIn();
    throw problem;
  }
  return data as Answer;
}

/** The page that asked is remembered, so that signing in leads back to it. */
function leaveForSignIn(): void {
  if (location.pathname === SIGN_IN) return;
  const back = location.pathname + location.search;
  location.assign(`${SIGN_IN}?next=${encodeURIComponent(back)}`);
}

export const api = {
  get: <Answer>(path: string, query?: Query, signal?: AbortSignal) => send<Answer>("get", path, { query, signal }),
  post: <Answer>(path: string, body?: unknown) => send<Answer>("post", path, { body }),
  put: <Answer>(path: string, body?: unknown) => send<Answer>("put", path, { body }),
  patch: <Answer>(path: string, body?: unknown) => send<Answer>("patch", path, { body }),
  delete: <Answer>(path: string) => send<Answer>("delete", path),
};
