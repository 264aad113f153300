import { expect, it } from "vitest";
import { scrollKey } from "./scrollKey";

it("does not hand the place on one page to another address typed in the same tab", () => {
  expect(scrollKey({ key: "default", pathname: "/imports" })).not.toBe(scrollKey({ key: "default", pathname: "/worklist" }));
});

it("keeps one place for each entry of the history, so that a page opened anew begins at its top", () => {
  expect(scrollKey({ key: "a1", pathname: "/customers" })).not.toBe(scrollKey({ key: "b2", pathname: "/customers" }));
});
