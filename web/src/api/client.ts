import createClient, { type Middleware } from "openapi-fetch";
import { Problem, problemFrom } from "./problem";
import type { components, paths } from "./schema";

/** A shape of the contract by its name: `Schema<"JobOut">`. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

/** Routes as the server names them, below the version that all of them share. */
type Routes = { [Path in keyof paths as Path extends `/api/v1${infer Route}` ? Route : never]: paths[Path] };

export const BASE = `${location.origin}/api/v1`;
const SIGN_IN = "/sign-in";
/** Asked by POST only because of their length or their secrets: nothing of the reader's is lost when they do not arrive. */
const READS = ["/segments/count", "/accounts/invitations/look", "/accounts/sign-in", "/accounts/sign-in/ticket", "/customers/export"];

function cookie(name: string): string | undefined {
  const found = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
  return found && decodeURIComponent(found.slice(name.length + 1));
}

const guard: Middleware = {
  onRequest({ request }) {
    if (!["GET", "HEAD"].includes(request.method)) {
      // Where the connection is safe enough the cookie carries the name that no other host can set.
      const token = cookie("__Host-csrftoken") ?? cookie("csrftoken");
      if (token) request.headers.set("X-CSRFToken", token);
      // A repeated click or a lost answer must not do a thing twice.
      if (request.method === "POST" && !request.headers.has("Idempotency-Key")) {
        request.headers.set("Idempotency-Key", crypto.randomUUID());
      }
    }
    request.headers.set("Accept-Language", document.documentElement.lang);
    return request;
  },
  onError({ request, schemaPath, error }) {
    if (error instanceof DOMException && error.name === "AbortError") return error;
    const reads = ["GET", "HEAD"].includes(request.method) || READS.includes(schemaPath);
    return new Problem({ code: reads ? "network_unreachable" : "change_unsent", what: "", status: 0 });
  },
};

/** The server, route by route, typed by its contract: `answer(client.GET("/customers", { params: { query } }))`. */
export const client = createClient<Routes>({
  baseUrl: BASE,
  credentials: "same-origin",
  fetch: (request) => fetch(request),
  // An empty filter is no filter.
  querySerializer: (query) => new URLSearchParams(pairs(query)).toString(),
});
client.use(guard);

function pairs(query: Record<string, unknown>): [string, string][] {
  return Object.entries(withoutEmpty(query)).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one): [string, string] => [name, String(one)]),
  );
}

export function withoutEmpty<Given extends Record<string, unknown>>(query: Given): Partial<Given> {
  const full = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return Object.fromEntries(full) as Partial<Given>;
}

interface Answered<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** What the server answered, or its refusal thrown as a {@link Problem}. Without a session it leads to the sign-in page. */
export async function answer<Data>(call: Promise<Answered<Data>>): Promise<Data> {
  const { data, error, response } = await call;
  if (response.ok) return data as Data;
  const problem = problemFrom(error, response);
  // 401 is also the answer to a wrong password, and that belongs in the form.
  if (response.status === 401 && problem.body.code !== "sign_in_refused") leaveForSignIn();
  throw problem;
}

/** The page that asked is remembered, so that signing in leads back to it. */
function leaveForSignIn(): void {
  if (["/sign-in", "/setup", "/reset", "/invitation"].includes(location.pathname)) return;
  const back = location.pathname + location.search;
  location.assign(`${SIGN_IN}?next=${encodeURIComponent(back)}`);
}

/** A file as the body of a request: the browser writes the type and the border itself. */
export function asForm(parts: Record<string, string | Blob>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(parts)) form.append(name, value);
  return form;
}
