import type { Condition, Operator, Rule, RuleField } from "./types";

export const operatorsOf: Record<RuleField["kind"], Operator[]> = {
  number: ["at_least", "at_most", "is"],
  money: ["at_least", "at_most"],
  day: ["after", "before"],
  choice: ["is", "is_not"],
  text: ["contains", "is"],
};

export function isRule(part: Condition | Rule): part is Rule {
  return "parts" in part;
}

/** Ready to be counted: every condition has a value and no group is empty. */
export function isComplete(rule: Rule): boolean {
  return rule.parts.length > 0 && rule.parts.every((part) => (isRule(part) ? isComplete(part) : part.field !== "" && part.value.trim() !== ""));
}

export function replacedAt(rule: Rule, index: number, part: Condition | Rule | null): Rule {
  const parts = rule.parts.slice();
  if (part) parts[index] = part;
  else parts.splice(index, 1);
  return { ...rule, parts };
}

export function emptyCondition(fields: RuleField[]): Condition {
  const first = fields[0];
  return { field: first?.field ?? "", op: first ? operatorsOf[first.kind][0]! : "is", value: "" };
}

/** Groups within groups within groups read like a riddle. */
export const DEEPEST = 3;
