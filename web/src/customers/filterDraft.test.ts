import { expect, it } from "vitest";
import contract from "../../openapi.json";
import { draftOf, FIELDS, filterFrom } from "./filterDraft";

it("offers every field that the list shows", () => {
  const shown = Object.keys(contract.components.schemas.Row.properties);
  // Not asked for: the key itself, and the day of the figures, which is the same in every row.
  expect(shown.filter((name) => !(name in FIELDS)).sort()).toEqual(["as_of", "id"]);
});

it("sends amounts and days as they are typed, and counts as numbers", () => {
  const draft = { ...draftOf({}), spend: { low: "1000.01", high: "" }, orders: { low: "2", high: "9" }, last_order_on: { low: "", high: "2026-03-31" }, owner: "none", city: " 上海 " };
  expect(filterFrom(draft, {})).toEqual({ spend: { min: "1000.01" }, orders: { min: 2, max: 9 }, last_order_on: { to: "2026-03-31" }, owner: [null], city: ["上海"] });
});

it("leaves alone what was not touched, and takes away what was emptied", () => {
  const before = { q: "lin", segment: ["champions", "loyal"], orders: { min: 2 }, rules: { op: "and" } };
  const draft = { ...draftOf(before), orders: { low: "", high: "" } };
  expect(filterFrom(draft, before)).toEqual({ q: "lin", segment: ["champions", "loyal"], rules: { op: "and" } });
});
