import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { optionsQuery } from "../api/people";
import { Button } from "../design/Button";
import { DayField } from "../design/DayField";
import { Field } from "../design/Field";
import { useFormat } from "../i18n/useFormat";
import { useSegmentName } from "../segments/names";
import type { CustomerFilter } from "./address";
import { draftOf, FIELDS, filterFrom, FURTHER, NOBODY, USUAL, type Draft, type FieldName, type Kind } from "./filterDraft";

const BANDS = ["band_top", "band_high", "band_middle", "band_lower"];
const STEPS: Partial<Record<Kind, string>> = { money: "0.01", number: "any", count: "1" };

interface Choice {
  value: string;
  label: string;
}

/** Conditions on every field of the list: the usual ones at once, the rest a click away. */
export function FilterForm({ filter, onChange }: { filter: CustomerFilter; onChange: (next: CustomerFilter) => void }) {
  const { t } = useTranslation(["customers", "design"]);
  const [draft, setDraft] = useState(() => draftOf(filter));
  const { choices, waiting } = useChoices();
  const part = (name: FieldName) => <Part key={name} name={name} draft={draft} choices={choices[name]} waiting={waiting} onChange={(entry) => setDraft({ ...draft, [name]: entry })} />;
  return (
    <form
      className="filter-form"
      onSubmit={(event) => {
        event.preventDefault();
        onChange(filterFrom(draft, filter));
      }}
    >
      {USUAL.map(part)}
      <details className="filter-form__more" open={FURTHER.some((name) => filter[name] !== undefined)}>
        <summary>{t("customers:filters.more")}</summary>
        <div className="filter-form__further">{FURTHER.map(part)}</div>
      </details>
      <div className="popover__foot">
        <Button kind="primary" type="submit">
          {t("design:filter.apply")}
        </Button>
      </div>
    </form>
  );
}

function Part({ name, draft, choices, waiting, onChange }: { name: FieldName; draft: Draft; choices: Choice[] | undefined; waiting: boolean; onChange: (entry: Draft[FieldName]) => void }) {
  const { t } = useTranslation(["customers", "design"]);
  const label = t(`customers:filters.${name}`);
  const kind: Kind = FIELDS[name];
  const entry = draft[name] ?? "";
  if (typeof entry !== "string") {
    const end = (which: "low" | "high") => {
      const said = kind === "day" ? t(`customers:filters.${which === "low" ? "from" : "until"}`) : t(`customers:filters.${which === "low" ? "atLeast" : "atMost"}`);
      const change = (text: string) => onChange({ ...entry, [which]: text });
      return (
        <label className="filter-form__end">
          <span className="small faint">{said}</span>
          {kind === "day" ? (
            <DayField aria-label={`${label}, ${said}`} value={entry[which]} onChange={change} />
          ) : (
            <input className="input" type="number" aria-label={`${label}, ${said}`} step={STEPS[kind]} value={entry[which]} onChange={(event) => change(event.target.value)} />
          )}
        </label>
      );
    };
    return (
      <fieldset className="plain-fieldset">
        <legend className="field__label">{label}</legend>
        <div className="filter-form__ends">
          {end("low")}
          {end("high")}
        </div>
      </fieldset>
    );
  }
  // Most companies have one team at most, and then nothing to choose.
  if (choices?.length === 0 && (!waiting || name === "team")) return null;
  return (
    <Field label={label} hint={kind === "text" ? t("customers:filters.exact") : undefined}>
      {choices ? (
        <select className="select" value={entry} onChange={(event) => onChange(event.target.value)}>
          <option value="">{t("design:filter.any")}</option>
          {waiting && entry && !choices.some((each) => each.value === entry) && <option value={entry}>…</option>}
          {choices.map((each) => (
            <option key={each.value} value={each.value}>
              {each.label}
            </option>
          ))}
        </select>
      ) : (
        <input className="input input--wide" maxLength={200} value={entry} onChange={(event) => onChange(event.target.value)} />
      )}
    </Field>
  );
}

/**
 * What there is to choose from, each with how many customers it has; a field without choices here is typed. Until they
 * have come the fields stand there with what is set, so that the first is the first to be focused and nothing moves.
 */
function useChoices(): { choices: Partial<Record<FieldName, Choice[]>>; waiting: boolean } {
  const { t } = useTranslation("customers");
  const format = useFormat();
  const segmentName = useSegmentName();
  const { data: options, isPending } = useQuery(optionsQuery);
  const counted = (name: string, count: number) => `${name} (${format.number(count)})`;
  const keyed = (list: { value: number | null; name: string; count: number }[] | undefined, nobody: string) => (list ?? []).map((each) => ({ value: each.value === null ? NOBODY : String(each.value), label: counted(each.name || nobody, each.count) }));
  const teams = keyed(options?.teams, t("noTeam"));
  const choices = {
    segment: (options?.segments ?? []).map((each) => ({ value: each.value, label: counted(segmentName(each.value), each.count) })),
    owner: keyed(options?.owners, t("nobody")),
    team: teams.length > 1 ? teams : [],
    country: (options?.countries ?? []).map((each) => ({ value: each.value, label: counted(each.value, each.count) })),
    contact_allowed: (["yes", "no", "unknown"] as const).map((value) => ({ value, label: t(`contact.${value}`) })),
    band: BANDS.map((value) => ({ value, label: segmentName(value) })),
  };
  return { choices, waiting: isPending };
}
