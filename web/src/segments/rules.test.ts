import { describe, expect, it } from "vitest";
import { emptyLeaf, isComplete, operatorOf, replacedAt, treeFrom, withEnd, withOperator } from "./rules";
import type { Leaf, Tree } from "./types";

const spend: Leaf = { field: "spend", value: { min: "1000.05" } };

describe("a rule", () => {
  it("reads its operator from the value", () => {
    expect(operatorOf("money", spend)).toBe("at_least");
    expect(operatorOf("count", { field: "orders", value: { min: 1, max: 3 } })).toBe("between");
    expect(operatorOf("day", { field: "last_order_on", value: { to: "2026-01-01" } })).toBe("until");
    expect(operatorOf("number", { field: "overdue_days", value: { missing: true } })).toBe("missing");
  });

  it("keeps the end that both operators speak of", () => expect(withOperator(spend, "between").value).toEqual({ min: "1000.05", max: "" }));

  it("keeps amounts as text and counts as numbers", () => {
    expect(withEnd("money", spend, "min", "0.10").value).toEqual({ min: "0.10" });
    expect(withEnd("count", { field: "orders", value: {} }, "min", "3").value).toEqual({ min: 3 });
  });

  it.each(["text", "choice", "person", "flag", "count", "money", "day"] as const)("is not counted while a %s is empty", (kind) => expect(isComplete({ op: "and", rules: [emptyLeaf({ field: "x", kind })] })).toBe(false));

  it("is complete when every group is", () => {
    const inner: Tree = { op: "or", rules: [spend] };
    expect(isComplete({ op: "and", rules: [spend, inner] })).toBe(true);
    expect(isComplete({ op: "and", rules: [spend, { op: "or", rules: [] }] })).toBe(false);
    expect(isComplete({ op: "and", rules: [] })).toBe(false);
  });

  it("loses and changes one part at a time", () => {
    const tree: Tree = { op: "and", rules: [spend, { field: "orders", value: { min: 2 } }] };
    expect(replacedAt(tree, 0, null).rules).toEqual([tree.rules[1]]);
    expect(tree.rules).toHaveLength(2);
  });

  it("takes from a link only what is a rule", () => {
    expect(treeFrom('{"op":"and","rules":[{"field":"spend","value":{"min":"1"}}]}')?.rules).toHaveLength(1);
    for (const broken of [null, "{", "[]", '{"op":"xor","rules":[]}', '{"op":"and","rules":[3]}']) expect(treeFrom(broken)).toBeNull();
  });
});
