import { expect, test } from "vitest";
import { currencyOf } from "./currencies";

test("a country's currency is one that the browser knows, and an unknown country has none", () => {
  const known = new Set(Intl.supportedValuesOf("currency"));
  for (const [country, currency] of [["CN", "CNY"], ["US", "USD"], ["GB", "GBP"], ["DE", "EUR"], ["JP", "JPY"], ["TW", "TWD"]] as const) {
    expect(currencyOf(country)).toBe(currency);
    expect(known.has(currency)).toBe(true);
  }
  expect(currencyOf("")).toBeUndefined();
  expect(currencyOf("AQ")).toBeUndefined();
});
