import type { FieldKind, Leaf, RuleField, Tree } from "./types";

export type Operator = "at_least" | "at_most" | "between" | "from" | "until" | "within" | "missing" | "is" | "one_of";

const RANGE: Operator[] = ["at_least", "at_most", "between", "missing"];
export const operatorsOf: Record<FieldKind, Operator[]> = {
  text: ["is"],
  choice: ["one_of"],
  person: ["one_of"],
  team: ["one_of"],
  flag: ["one_of"],
  count: RANGE,
  number: RANGE,
  money: RANGE,
  day: ["from", "until", "within", "missing"],
};

export function isTree(part: Tree | Leaf): part is Tree {
  return "op" in part;
}

type Range = Record<string, unknown>;
const rangeOf = (leaf: Leaf): Range => (typeof leaf.value === "object" && leaf.value !== null && !Array.isArray(leaf.value) ? (leaf.value as Range) : {});

/** What a leaf says, read from its value: the server keeps no operator of its own. */
export function operatorOf(kind: FieldKind, leaf: Leaf): Operator {
  const range = rangeOf(leaf);
  if (kind === "text") return "is";
  if (["choice", "person", "team", "flag"].includes(kind)) return "one_of";
  if (range.missing === true) return "missing";
  if (kind === "day") return "from" in range && "to" in range ? "within" : "to" in range ? "until" : "from";
  return "min" in range && "max" in range ? "between" : "max" in range ? "at_most" : "at_least";
}

/** The ends of a range that an operator speaks of. */
export const endsOf: Record<Operator, string[]> = {
  at_least: ["min"],
  at_most: ["max"],
  between: ["min", "max"],
  from: ["from"],
  until: ["to"],
  within: ["from", "to"],
  missing: [],
  is: [],
  one_of: [],
};

/** The same field with another operator; ends that both speak of stay. */
export function withOperator(leaf: Leaf, operator: Operator): Leaf {
  if (operator === "missing") return { ...leaf, value: { missing: true } };
  const range = rangeOf(leaf);
  return { ...leaf, value: Object.fromEntries(endsOf[operator].map((end) => [end, range[end] ?? ""])) };
}

/** Amounts stay text, so that no cent is lost on the way; counts and numbers are numbers. */
export function withEnd(kind: FieldKind, leaf: Leaf, end: string, text: string): Leaf {
  const value = kind === "money" || kind === "day" || text === "" ? text : Number(text);
  return { ...leaf, value: { ...rangeOf(leaf), [end]: value } };
}

export function emptyLeaf(field: RuleField): Leaf {
  if (field.kind === "text") return { field: field.field, value: "" };
  if (["choice", "person", "team", "flag"].includes(field.kind)) return { field: field.field, value: [] };
  return { field: field.field, value: field.kind === "day" ? { from: "" } : { min: "" } };
}

function leafIsComplete({ field, value }: Leaf): boolean {
  if (!field) return false;
  if (typeof value === "string") return value.trim() !== "";
  if (Array.isArray(value)) return value.length > 0;
  const ends = Object.values((value ?? {}) as Range);
  return ends.length > 0 && ends.every((end) => end !== "" && end !== null && end !== undefined && !Number.isNaN(end));
}

/** Ready to be counted: every condition has a value and no group is empty. */
export function isComplete(tree: Tree): boolean {
  return tree.rules.length > 0 && tree.rules.every((part) => (isTree(part) ? isComplete(part) : leafIsComplete(part)));
}

export function replacedAt(tree: Tree, index: number, part: Tree | Leaf | null): Tree {
  const rules = tree.rules.slice();
  if (part) rules[index] = part;
  else rules.splice(index, 1);
  return { ...tree, rules };
}

/** What a link brought along; anything else is nothing. */
export function treeFrom(text: string | null): Tree | null {
  try {
    const given = JSON.parse(text ?? "null") as Partial<Tree> | null;
    const isGiven = (part: unknown): boolean => {
      if (typeof part !== "object" || part === null) return false;
      const { op, rules, field } = part as Partial<Tree & Leaf>;
      return Array.isArray(rules) ? (op === "and" || op === "or") && rules.every(isGiven) : typeof field === "string";
    };
    return given && isGiven(given) && Array.isArray(given.rules) ? (given as Tree) : null;
  } catch {
    return null;
  }
}

/** Groups within groups within groups read like a riddle. */
export const DEEPEST = 3;
