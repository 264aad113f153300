import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { optionsQuery } from "../api/people";
import { Button } from "../design/Button";
import { DayField } from "../design/DayField";
import { Segmented } from "../design/Field";
import { useSegmentName } from "./names";
import { DEEPEST, emptyLeaf, endsOf, isTree, operatorOf, operatorsOf, replacedAt, withEnd, withOperator, type Operator } from "./rules";
import type { Leaf, RuleField, Tree } from "./types";

type FieldName = "spend";

/** All of these, or any of these; a group may hold groups. */
export function RuleGroup({ tree, fields, depth, onChange, onRemove }: { tree: Tree; fields: RuleField[]; depth: number; onChange: (tree: Tree) => void; onRemove?: () => void }) {
  const { t } = useTranslation("segments");
  const first = fields.find((each) => each.field === "spend") ?? fields[0];
  const add = (part: Tree | Leaf) => onChange({ ...tree, rules: [...tree.rules, part] });
  return (
    <div className="rule-group" role="group" aria-label={tree.op === "and" ? t("rule.all") : t("rule.any")}>
      <div className="row">
        <Segmented
          label={t("rule.how")}
          value={tree.op}
          onChange={(op) => onChange({ ...tree, op })}
          options={[
            { value: "and", label: t("rule.all") },
            { value: "or", label: t("rule.any") },
          ]}
        />
        {onRemove && <Button kind="text" icon="trash" aria-label={t("rule.removeGroup")} onClick={onRemove} />}
      </div>
      {tree.rules.map((part, index) =>
        isTree(part) ? (
          <RuleGroup key={index} tree={part} fields={fields} depth={depth + 1} onChange={(next) => onChange(replacedAt(tree, index, next))} onRemove={() => onChange(replacedAt(tree, index, null))} />
        ) : (
          <Line key={index} number={index + 1} leaf={part} fields={fields} onChange={(next) => onChange(replacedAt(tree, index, next))} />
        ),
      )}
      {first && (
        <div className="row">
          <Button kind="text" icon="plus" onClick={() => add(emptyLeaf(first))}>
            {t("rule.add")}
          </Button>
          {depth < DEEPEST && (
            <Button kind="text" icon="plus" onClick={() => add({ op: tree.op === "and" ? "or" : "and", rules: [emptyLeaf(first)] })}>
              {t("rule.addGroup")}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

function Line({ number, leaf, fields, onChange }: { number: number; leaf: Leaf; fields: RuleField[]; onChange: (next: Leaf | null) => void }) {
  const { t } = useTranslation("segments");
  const field = fields.find((each) => each.field === leaf.field);
  if (!field) return null;
  const operator = operatorOf(field.kind, leaf);
  const label = (what: "field" | "operator" | "value") => `${t(`rule.${what}`)} ${number}`;
  return (
    <div className="row rule-line">
      <select
        className="select"
        aria-label={label("field")}
        value={leaf.field}
        onChange={(event) => {
          const next = fields.find((each) => each.field === event.target.value);
          if (next) onChange(emptyLeaf(next));
        }}
      >
        {fields.map((each) => (
          <option key={each.field} value={each.field}>
            {t(`field.${each.field as FieldName}`)}
          </option>
        ))}
      </select>
      {operatorsOf[field.kind].length > 1 ? (
        <select className="select" aria-label={label("operator")} value={operator} onChange={(event) => onChange(withOperator(leaf, event.target.value as Operator))}>
          {operatorsOf[field.kind].map((each) => (
            <option key={each} value={each}>
              {t(`operators.${each}`)}
            </option>
          ))}
        </select>
      ) : (
        <span className="soft">{t(`operators.${operator}`)}</span>
      )}
      <Value field={field} leaf={leaf} operator={operator} label={label("value")} onChange={onChange} />
      <Button kind="text" icon="trash" aria-label={t("rule.remove", { number })} onClick={() => onChange(null)} />
    </div>
  );
}

function Value({ field, leaf, operator, label, onChange }: { field: RuleField; leaf: Leaf; operator: Operator; label: string; onChange: (next: Leaf) => void }) {
  if (operator === "is") return <input className="input" aria-label={label} maxLength={200} value={String(leaf.value)} onChange={(event) => onChange({ ...leaf, value: event.target.value })} />;
  if (operator === "one_of") return <Choices field={field} leaf={leaf} label={label} onChange={onChange} />;
  const range = (leaf.value ?? {}) as Record<string, string | number>;
  return (
    <>
      {endsOf[operator].map((end, index) => (
        <span className="row" key={end}>
          {index > 0 && <span className="soft">–</span>}
          {field.kind === "day" ? (
            <DayField aria-label={`${label} ${index + 1}`} value={String(range[end] ?? "")} onChange={(day) => onChange(withEnd("day", leaf, end, day))} />
          ) : (
            <input
              className="input"
              type="number"
              aria-label={`${label} ${index + 1}`}
              step={field.kind === "count" ? "1" : field.field === "probability_active" ? "0.05" : "any"}
              value={range[end] ?? ""}
              onChange={(event) => onChange(withEnd(field.kind, leaf, end, event.target.value))}
            />
          )}
        </span>
      ))}
    </>
  );
}

interface Choice {
  value: string | number | null;
  label: string;
}

/** Several of what there is; each chosen one can be taken away again. */
function Choices({ field, leaf, label, onChange }: { field: RuleField; leaf: Leaf; label: string; onChange: (next: Leaf) => void }) {
  const { t } = useTranslation("segments");
  const choices = useChoices(field);
  const chosen = Array.isArray(leaf.value) ? (leaf.value as Choice["value"][]) : [];
  const nameOf = (value: Choice["value"]) => choices.find((each) => each.value === value)?.label ?? String(value);
  const [free, rest] = [choices.length === 0, choices.filter((each) => !chosen.includes(each.value))];
  return (
    <span className="row">
      {chosen.map((value) => (
        <button type="button" className="tag" key={String(value)} aria-label={t("rule.without", { name: nameOf(value) })} onClick={() => onChange({ ...leaf, value: chosen.filter((each) => each !== value) })}>
          {nameOf(value)} <span aria-hidden="true">×</span>
        </button>
      ))}
      {free ? (
        <input
          className="input"
          aria-label={label}
          placeholder={t("rule.typeOne")}
          onKeyDown={(event) => {
            const text = event.currentTarget.value.trim();
            if (event.key !== "Enter" || !text) return;
            event.preventDefault();
            onChange({ ...leaf, value: [...chosen, text] });
            event.currentTarget.value = "";
          }}
        />
      ) : (
        <select className="select" aria-label={label} value="" onChange={(event) => onChange({ ...leaf, value: [...chosen, rest[Number(event.target.value)]!.value] })}>
          <option value="">{t(chosen.length > 0 ? "rule.or" : "rule.choose")}</option>
          {rest.map((each, index) => (
            <option key={String(each.value)} value={index}>
              {each.label}
            </option>
          ))}
        </select>
      )}
    </span>
  );
}

const BANDS = ["band_top", "band_high", "band_middle", "band_lower"];

function useChoices(field: RuleField): Choice[] {
  const { t } = useTranslation("segments");
  const { data } = useQuery(optionsQuery);
  const segmentName = useSegmentName();
  if (field.kind === "flag") return (["yes", "no", "unknown"] as const).map((value) => ({ value, label: t(`flag.${value}`) }));
  if (field.kind === "person") return (data?.owners ?? []).map((each) => ({ value: each.value, label: each.name || t("nobody") }));
  if (field.kind === "team") return (data?.teams ?? []).map((each) => ({ value: each.value, label: each.name || t("nobody") }));
  if (field.field === "segment") return (data?.segments ?? []).map((each) => ({ value: each.value, label: segmentName(each.value) }));
  if (field.field === "country") return (data?.countries ?? []).map((each) => ({ value: each.value, label: each.value }));
  if (field.field === "band") return BANDS.map((value) => ({ value, label: segmentName(value) }));
  return [];
}
