import { useTranslation } from "react-i18next";
import { Button } from "../design/Button";
import { DayField } from "../design/DayField";
import { Segmented } from "../design/Field";
import { DEEPEST, emptyCondition, isRule, operatorsOf, replacedAt } from "./rules";
import type { Condition, Operator, Rule, RuleField } from "./types";

/** All of these, or any of these; a group may hold groups. */
export function RuleGroup({ rule, fields, depth, onChange, onRemove }: { rule: Rule; fields: RuleField[]; depth: number; onChange: (rule: Rule) => void; onRemove?: () => void }) {
  const { t } = useTranslation("segments");
  const add = (part: Condition | Rule) => onChange({ ...rule, parts: [...rule.parts, part] });
  return (
    <div className="rule-group" role="group" aria-label={rule.all ? t("rule.all") : t("rule.any")}>
      <div className="row">
        <Segmented
          label={t("rule.how")}
          value={rule.all ? "all" : "any"}
          onChange={(value) => onChange({ ...rule, all: value === "all" })}
          options={[
            { value: "all", label: t("rule.all") },
            { value: "any", label: t("rule.any") },
          ]}
        />
        {onRemove && <Button kind="text" icon="trash" aria-label={t("rule.removeGroup")} onClick={onRemove} />}
      </div>
      {rule.parts.map((part, index) =>
        isRule(part) ? (
          <RuleGroup key={index} rule={part} fields={fields} depth={depth + 1} onChange={(next) => onChange(replacedAt(rule, index, next))} onRemove={() => onChange(replacedAt(rule, index, null))} />
        ) : (
          <ConditionLine key={index} number={index + 1} condition={part} fields={fields} onChange={(next) => onChange(replacedAt(rule, index, next))} />
        ),
      )}
      <div className="row">
        <Button kind="text" icon="plus" onClick={() => add(emptyCondition(fields))}>
          {t("rule.add")}
        </Button>
        {depth < DEEPEST && (
          <Button kind="text" icon="plus" onClick={() => add({ all: !rule.all, parts: [emptyCondition(fields)] })}>
            {t("rule.addGroup")}
          </Button>
        )}
      </div>
    </div>
  );
}

function ConditionLine({ number, condition, fields, onChange }: { number: number; condition: Condition; fields: RuleField[]; onChange: (next: Condition | null) => void }) {
  const { t } = useTranslation("segments");
  const field = fields.find((each) => each.field === condition.field) ?? fields[0];
  if (!field) return null;
  const label = (what: "field" | "operator" | "value") => `${t(`rule.${what}`)} ${number}`;
  return (
    <div className="row rule-line">
      <select
        className="select"
        aria-label={label("field")}
        value={condition.field}
        onChange={(event) => {
          const next = fields.find((each) => each.field === event.target.value);
          if (next) onChange({ field: next.field, op: operatorsOf[next.kind][0]!, value: "" });
        }}
      >
        {fields.map((each) => (
          <option key={each.field} value={each.field}>
            {each.label}
          </option>
        ))}
      </select>
      <select className="select" aria-label={label("operator")} value={condition.op} onChange={(event) => onChange({ ...condition, op: event.target.value as Operator })}>
        {operatorsOf[field.kind].map((op) => (
          <option key={op} value={op}>
            {t(`operators.${op}`)}
          </option>
        ))}
      </select>
      {field.kind === "choice" ? (
        <select className="select" aria-label={label("value")} value={condition.value} onChange={(event) => onChange({ ...condition, value: event.target.value })}>
          <option value="">{t("rule.choose")}</option>
          {field.choices?.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      ) : field.kind === "day" ? (
        <DayField aria-label={label("value")} value={condition.value} onChange={(value) => onChange({ ...condition, value })} />
      ) : (
        <input
          className="input"
          aria-label={label("value")}
          type={field.kind === "text" ? "text" : "number"}
          step={field.kind === "money" ? "0.01" : "1"}
          value={condition.value}
          onChange={(event) => onChange({ ...condition, value: event.target.value })}
        />
      )}
      <Button kind="text" icon="trash" aria-label={t("rule.remove", { number })} onClick={() => onChange(null)} />
    </div>
  );
}
