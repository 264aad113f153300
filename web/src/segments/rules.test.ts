import { describe, expect, it } from "vitest";
import { emptyCondition, isComplete, replacedAt } from "./rules";
import type { Rule } from "./types";

const rule: Rule = { all: true, parts: [{ field: "orders", op: "at_least", value: "2" }, { all: false, parts: [{ field: "country", op: "is", value: "UK" }] }] };

describe("rules", () => {
  it("are complete when every condition has a value", () => {
    expect(isComplete(rule)).toBe(true);
    expect(isComplete(replacedAt(rule, 0, { field: "orders", op: "at_least", value: " " }))).toBe(false);
    expect(isComplete({ all: true, parts: [] })).toBe(false);
    expect(isComplete(replacedAt(rule, 1, { all: true, parts: [] }))).toBe(false);
  });
  it("change in one place and leave the old one as it was", () => {
    const next = replacedAt(rule, 0, null);
    expect(next.parts).toHaveLength(1);
    expect(rule.parts).toHaveLength(2);
  });
  it("begin with the first field and an operator that fits it", () => {
    expect(emptyCondition([{ field: "last_order", label: "Last order", kind: "day" }])).toEqual({ field: "last_order", op: "after", value: "" });
  });
});
