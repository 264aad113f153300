import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { optionsQuery } from "../api/people";
import { Popover } from "../design/Popover";
import { useFormat } from "../i18n/useFormat";
import { useSegmentName } from "../segments/names";
import type { CustomerFilter } from "./address";
import { FIELDS, type FieldName } from "./filterDraft";
import { FilterForm } from "./FilterForm";

interface Props {
  filter: CustomerFilter;
  onChange: (next: CustomerFilter) => void;
}

export function CustomerFilters({ filter, onChange }: Props) {
  const { t } = useTranslation(["customers", "design"]);
  const [text, setText] = useState(filter.q ?? "");
  const active = Object.keys(filter).filter((name) => name !== "q");
  const without = (name: string) => Object.fromEntries(Object.entries(filter).filter(([each]) => each !== name));
  return (
    <>
      <form
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          onChange({ ...filter, q: text.trim() || undefined });
        }}
      >
        <input
          className="input"
          type="search"
          value={text}
          maxLength={200}
          aria-label={t("customers:search")}
          placeholder={t("customers:search")}
          onChange={(event) => {
            setText(event.target.value);
            if (event.target.value === "" && filter.q) onChange(without("q"));
          }}
        />
      </form>
      <Popover sheet icon="filter" label={active.length > 0 ? t("design:filter.active", { formatted: String(active.length) }) : t("design:filter.title")} name={active.length > 0 ? `${t("design:filter.title")}: ${t("design:filter.active", { formatted: String(active.length) })}` : undefined}>
        {(close) => (
          <FilterForm
            filter={filter}
            onChange={(next) => {
              onChange(next);
              close();
            }}
          />
        )}
      </Popover>
      {active.map((name) => (
        <Condition key={name} name={name} value={filter[name]} onRemove={() => onChange(without(name))} />
      ))}
    </>
  );
}

function Condition({ name, value, onRemove }: { name: string; value: unknown; onRemove: () => void }) {
  const { t } = useTranslation(["customers", "design"]);
  const title = t(`customers:filters.${name in FIELDS ? (name as FieldName) : name === "rules" ? "rules" : "other"}`);
  const shown = useShown(name, value);
  return (
    <button type="button" className="condition" aria-label={t("design:filter.remove", { name: `${title} ${shown}` })} title={t("design:filter.remove", { name: title })} onClick={onRemove}>
      <span className="soft">{title}</span> {shown}
      <span aria-hidden="true">×</span>
    </button>
  );
}

/** The condition's value in words. */
function useShown(name: string, value: unknown): string {
  const { t } = useTranslation("customers");
  const format = useFormat();
  const segmentName = useSegmentName();
  const { data: options } = useQuery(optionsQuery);
  if (Array.isArray(value)) {
    const people = name === "owner" ? options?.owners : name === "team" ? options?.teams : undefined;
    const one = (each: unknown): string => {
      if (each === null) return name === "team" ? t("noTeam") : t("nobody");
      if (people) return people.find((person) => person.value === each)?.name ?? `#${String(each)}`;
      if (name === "segment" || name === "band") return segmentName(String(each));
      if (name === "contact_allowed") return t(`contact.${each as "yes"}`);
      return String(each);
    };
    return value.map(one).join(" / ");
  }
  if (typeof value === "string") return value;
  if (name === "rules" || typeof value !== "object" || value === null) return "";
  const range = value as { min?: number | string; max?: number | string; from?: string; to?: string };
  const kind = name in FIELDS ? FIELDS[name as FieldName] : "number";
  const end = (each: number | string | undefined) => (each === undefined ? "" : kind === "day" ? format.day(String(each)) : kind === "money" ? format.amount(String(each), { whole: true }) : format.number(Number(each), { maximumFractionDigits: 2 }));
  const [low, high] = [end(range.min ?? range.from), end(range.max ?? range.to)];
  return low && high ? `${low} – ${high}` : low ? `≥ ${low}` : `≤ ${high}`;
}
