import { expect, it } from "vitest";
import { assigned, cursorsOf, foundIn, likelyCursor, missingOf, samplesOf } from "./matching";
import type { Preview } from "./types";

const preview: Preview = {
  kind: "orders",
  columns: [
    { name: "id", family: "number" },
    { name: "note", family: "text" },
    { name: "updated_at", family: "instant" },
    { name: "created_at", family: "instant" },
    { name: "raw", family: "json" },
  ],
  rows: [
    ["1", "a", null, null, null],
    ["2", "a", null, null, null],
    ["3", "b", null, null, null],
  ],
  mapping: { ordered_at: { column: "created_at", confidence: 1, by: "name" } },
  missing: [],
};

it("starts from what was found, and a column serves one field", () => {
  const map = assigned({ ...foundIn(preview), note: "note" }, "paid_at", "created_at");
  expect(map).toEqual({ ordered_at: "", note: "note", paid_at: "created_at" });
  expect(assigned(map, "paid_at", "")).toEqual({ ordered_at: "", note: "note", paid_at: "" });
});

it("shows different values, and offers what grows with each change first", () => {
  expect(samplesOf(preview, "note")).toEqual(["a", "b"]);
  expect(cursorsOf(preview)).toEqual(["updated_at", "created_at", "id", "note"]);
  expect(likelyCursor(preview)).toBe("updated_at");
});

it("takes the time of the last change for no time of the order", () => {
  const closed = { ...preview, mapping: { closed_at: { column: "updated_at", confidence: 1, by: "name" }, note: { column: "note", confidence: 1, by: "name" } } };
  expect(foundIn(closed)).toEqual({ closed_at: "", note: "note" });
});

it("says what is missing", () => {
  expect(missingOf("orders", ["ordered_at"], {}, true)).toEqual({ fields: ["ordered_at", "order_number"], money: false });
  expect(missingOf("orders", ["ordered_at"], { ordered_at: "a", quantity: "q", unit_price: "p" }, false)).toEqual({ fields: [], money: true });
  expect(missingOf("products", ["product_code"], { product_code: "sku" }, true)).toEqual({ fields: [], money: true });
});
