import { expect, it } from "vitest";
import { safeNext } from "./next";

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
