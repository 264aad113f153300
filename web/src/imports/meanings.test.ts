import { describe, expect, it } from "vitest";
import { answersOf, changes, waits } from "./meanings";
import type { UnknownValues } from "./types";

const values: UnknownValues[] = [
  { field: "order_state", column: "状态", more: 0, words: [{ word: "已揽收", count: 12, meaning: null }, { word: "已作罢", count: 3, meaning: null }] },
  { field: "currency", column: "币种", more: 0, words: [{ word: "块钱", count: 1, meaning: "CNY" }] },
];
const answered = values.map((each) => ({ ...each, words: each.words.map((word) => ({ ...word, meaning: word.meaning ?? "" })) }));

describe("words that nobody knows", () => {
  it("are asked about while one of them has no answer, and only after a dry run", () => {
    expect(waits({ state: "checked", values })).toBe(true);
    expect(waits({ state: "checked", values: answered })).toBe(false);
    expect(waits({ state: "checked", values: [] })).toBe(false);
    expect(waits({ state: "stored", values })).toBe(false);
  });

  it("are all answered at once: chosen, said before, or left as they are", () => {
    expect(answersOf(values, { order_state: { 已作罢: "cancelled" } })).toEqual({ order_state: { 已揽收: "", 已作罢: "cancelled" }, currency: { 块钱: "CNY" } });
  });

  it("may be taken back to what they were", () => expect(answersOf(values, { currency: { 块钱: "" } }).currency).toEqual({ 块钱: "" }));

  it("need another dry run only where a meaning is new", () => {
    expect(changes(values, {})).toBe(false);
    expect(changes(values, { order_state: { 已作罢: "" } })).toBe(false);
    expect(changes(values, { order_state: { 已作罢: "cancelled" } })).toBe(true);
    expect(changes(values, { currency: { 块钱: "" } })).toBe(true);
  });
});
