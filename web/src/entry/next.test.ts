import { expect, it } from "vitest";
import { safeNext } from "./next";
import { tokenOfLink } from "./token";

it.each([
  ["/customers?sort=-spend", "/customers?sort=-spend"],
  [null, "/worklist"],
  ["https://elsewhere.example/", "/worklist"],
  ["//elsewhere.example/", "/worklist"],
  ["/\\elsewhere.example/", "/worklist"],
  ["/\t/elsewhere.example/", "/worklist"],
  ["javascript:alert(1)", "/worklist"],
])("%s leads to %s", (next, expected) => {
  expect(safeNext(next)).toBe(expected);
});

it("finds the secret of a link behind its #, and nowhere else", () => {
  expect(tokenOfLink("#token=a-b_c")).toBe("a-b_c");
  expect([tokenOfLink(""), tokenOfLink("#other=1")]).toEqual(["", ""]);
});
