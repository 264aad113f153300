import { afterEach, describe, expect, it, vi } from "vitest";
import { fetched } from "./routes";

afterEach(() => vi.unstubAllGlobals());

describe("a page that cannot be fetched", () => {
  const gone = new TypeError("Failed to fetch dynamically imported module");
  const load = () => Promise.reject(gone);
  it("says that the server is away, when it is", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("refused")));
    await expect(fetched(load)).rejects.toMatchObject({ body: { code: "network_unreachable" } });
  });
  it("keeps its own fault while the server answers", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response()));
    await expect(fetched(load)).rejects.toBe(gone);
  });
});
