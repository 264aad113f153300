import { expect, it } from "vitest";
import { addressOf, filterOf, filterText, sortOf } from "./address";

it("keeps a filter through the address, to the letter", () => {
  const filter = { q: "博远 & Söhne", segment: ["champions"], owner: [null, 3], spend: { min: "1000.01" } };
  const address = new URLSearchParams(addressOf(filter, "name").split("?")[1]);
  expect(filterOf(address)).toEqual(filter);
  expect(sortOf(address)).toBe("name");
});

it("asks for nothing where nothing is asked", () => {
  expect([addressOf({}), addressOf({}, "-spend"), filterText({ q: "", segment: undefined })]).toEqual(["/customers", "/customers", ""]);
});

it("takes a broken address for no filter", () => {
  for (const broken of ["{", "[1]", "null", "3"]) expect(filterOf(new URLSearchParams({ filter: broken }))).toEqual({});
});
