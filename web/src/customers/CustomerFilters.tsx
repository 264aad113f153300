import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { optionsQuery } from "../api/people";
import { Button } from "../design/Button";
import { DayField } from "../design/DayField";
import { Field } from "../design/Field";
import { Popover } from "../design/Popover";
import { useFormat } from "../i18n/useFormat";
import { useSegmentName } from "../segments/names";
import type { CustomerFilter } from "./address";

interface Props {
  filter: CustomerFilter;
  onChange: (next: CustomerFilter) => void;
}

/** Conditions that have a name here; what else a link brings along is shown as one condition of its own. */
const NAMED = ["segment", "band", "country", "city", "owner", "team", "contact_allowed", "last_order_on", "first_order_on", "orders", "spend", "overdue_days", "value_rank", "rules"] as const;
type Named = (typeof NAMED)[number];

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
      <Popover icon="filter" label={active.length > 0 ? t("design:filter.active", { formatted: String(active.length) }) : t("design:filter.title")} name={active.length > 0 ? `${t("design:filter.title")}: ${t("design:filter.active", { formatted: String(active.length) })}` : undefined}>
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
  const title = t(`customers:filters.${NAMED.includes(name as Named) ? (name as Named) : "other"}`);
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
  if (name === "rules" || typeof value !== "object" || value === null) return "";
  const range = value as { min?: number | string; max?: number | string; from?: string; to?: string };
  const end = (each: number | string | undefined) => (each === undefined ? "" : typeof each === "string" && /^\d{4}-/.test(each) ? format.day(each) : name === "spend" ? format.amount(String(each), { whole: true }) : format.number(Number(each)));
  const [low, high] = [end(range.min ?? range.from), end(range.max ?? range.to)];
  return low && high ? `${low} – ${high}` : low ? `≥ ${low}` : `≤ ${high}`;
}

interface Draft {
  segment: string;
  country: string;
  owner: string;
  team: string;
  contact: string;
  from: string;
  to: string;
  orders: string;
  spend: string;
  overdue: string;
}

function draftOf(filter: CustomerFilter): Draft {
  const first = (value: unknown[] | undefined) => (value?.[0] === undefined ? "" : value[0] === null ? "none" : String(value[0]));
  return {
    segment: first(filter.segment),
    country: first(filter.country),
    owner: first(filter.owner),
    team: first(filter.team),
    contact: first(filter.contact_allowed),
    from: filter.last_order_on?.from ?? "",
    to: filter.last_order_on?.to ?? "",
    orders: String(filter.orders?.min ?? ""),
    spend: filter.spend?.min ?? "",
    overdue: String(filter.overdue_days?.min ?? ""),
  };
}

/** A field of the form that was not touched keeps what a link brought (several values, an upper end). */
function filterFrom(draft: Draft, before: CustomerFilter): CustomerFilter {
  const was = draftOf(before);
  const next: CustomerFilter = { ...before };
  const put = (name: string, changed: boolean, value: unknown) => {
    if (!changed) return;
    if (value === undefined) delete next[name];
    else next[name] = value;
  };
  const key = (text: string) => (text === "none" ? [null] : text ? [Number(text)] : undefined);
  put("segment", draft.segment !== was.segment, draft.segment ? [draft.segment] : undefined);
  put("country", draft.country !== was.country, draft.country ? [draft.country] : undefined);
  put("owner", draft.owner !== was.owner, key(draft.owner));
  put("team", draft.team !== was.team, key(draft.team));
  put("contact_allowed", draft.contact !== was.contact, draft.contact ? [draft.contact] : undefined);
  const days = { ...(draft.from && { from: draft.from }), ...(draft.to && { to: draft.to }) };
  put("last_order_on", draft.from !== was.from || draft.to !== was.to, draft.from || draft.to ? days : undefined);
  put("orders", draft.orders !== was.orders, draft.orders ? { ...before.orders, min: Number(draft.orders) } : undefined);
  put("spend", draft.spend !== was.spend, draft.spend ? { ...before.spend, min: draft.spend } : undefined);
  put("overdue_days", draft.overdue !== was.overdue, draft.overdue ? { ...before.overdue_days, min: Number(draft.overdue) } : undefined);
  return next;
}

function FilterForm({ filter, onChange }: Props) {
  const { t } = useTranslation(["customers", "design"]);
  const segmentName = useSegmentName();
  const format = useFormat();
  const { data: options } = useQuery(optionsQuery);
  const [draft, setDraft] = useState(() => draftOf(filter));
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  const counted = (name: string, count: number) => `${name} (${format.number(count)})`;
  const choose = (name: keyof Draft, label: string, choices: { value: string; label: string }[]) =>
    choices.length > 0 && (
      <Field label={label}>
        <select className="select" value={draft[name]} onChange={(event) => set({ [name]: event.target.value })}>
          <option value="">{t("design:filter.any")}</option>
          {choices.map((each) => (
            <option key={each.value} value={each.value}>
              {each.label}
            </option>
          ))}
        </select>
      </Field>
    );
  const number = (name: keyof Draft, label: string, step = "1") => (
    <Field label={label}>
      <input className="input" type="number" min="0" step={step} value={draft[name]} onChange={(event) => set({ [name]: event.target.value })} />
    </Field>
  );
  const keyed = (list: { value: number | null; name: string; count: number }[] | undefined, nobody: string) => (list ?? []).map((each) => ({ value: each.value === null ? "none" : String(each.value), label: counted(each.name || nobody, each.count) }));
  const teams = keyed(options?.teams, t("customers:noTeam"));
  return (
    <form
      className="filter-form"
      onSubmit={(event) => {
        event.preventDefault();
        onChange(filterFrom(draft, filter));
      }}
    >
      {choose("segment", t("customers:filters.segment"), (options?.segments ?? []).map((each) => ({ value: each.value, label: counted(segmentName(each.value), each.count) })))}
      {choose("owner", t("customers:filters.owner"), keyed(options?.owners, t("customers:nobody")))}
      {teams.length > 1 && choose("team", t("customers:filters.team"), teams)}
      {choose("country", t("customers:filters.country"), (options?.countries ?? []).map((each) => ({ value: each.value, label: counted(each.value, each.count) })))}
      {choose("contact", t("customers:filters.contact_allowed"), (["yes", "no", "unknown"] as const).map((value) => ({ value, label: t(`customers:contact.${value}`) })))}
      <Field label={t("customers:filters.last_order_from")}>
        <DayField value={draft.from} onChange={(from) => set({ from })} />
      </Field>
      <Field label={t("customers:filters.last_order_to")}>
        <DayField value={draft.to} onChange={(to) => set({ to })} />
      </Field>
      {number("overdue", t("customers:filters.overdue_min"))}
      {number("orders", t("customers:filters.orders_min"))}
      {number("spend", t("customers:filters.spend_min"), "0.01")}
      <Button kind="primary" type="submit">
        {t("design:filter.apply")}
      </Button>
    </form>
  );
}
