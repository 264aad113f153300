import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Query } from "../api/client";
import { SEGMENT_ORDER } from "../charts/colours";
import { Button } from "../design/Button";
import { DayField } from "../design/DayField";
import { Field } from "../design/Field";
import { Popover } from "../design/Popover";
import { useSegmentName } from "../segments/names";

/** What the address may hold; everything else in it is left alone. */
const FILTERS = ["q", "sort", "segment", "owner", "last_order_from", "last_order_to", "orders_min", "spend_min", "rfm", "cohort", "bridge", "decile", "top"] as const;
const SHOWN = ["segment", "owner", "last_order_from", "last_order_to", "orders_min", "spend_min"] as const;
/** Set by a click on a chart; taken away as a whole. */
const FROM_CHARTS = ["rfm", "cohort", "bridge", "decile", "top"] as const;

export function filterOf(address: URLSearchParams): Query {
  return Object.fromEntries(FILTERS.flatMap((name) => (address.get(name) ? [[name, address.get(name)]] : [])));
}

export function CustomerFilters({ address, onChange }: { address: URLSearchParams; onChange: (next: URLSearchParams) => void }) {
  const { t } = useTranslation(["customers", "design"]);
  const [text, setText] = useState(address.get("q") ?? "");
  const active = [...SHOWN, ...FROM_CHARTS].filter((name) => address.get(name));
  const set = (changes: Record<string, string>) => {
    const next = new URLSearchParams(address);
    for (const [name, value] of Object.entries(changes)) {
      if (value) next.set(name, value);
      else next.delete(name);
    }
    onChange(next);
  };
  return (
    <>
      <form
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          set({ q: text.trim() });
        }}
      >
        <input
          className="input"
          type="search"
          value={text}
          aria-label={t("customers:search")}
          placeholder={t("customers:search")}
          onChange={(event) => {
            setText(event.target.value);
            if (event.target.value === "") set({ q: "" });
          }}
        />
      </form>
      <Popover icon="filter" label={active.length > 0 ? t("design:filter.active", { formatted: String(active.length) }) : t("design:filter.title")}>
        {(close) => (
          <FilterForm
            address={address}
            onApply={(changes) => {
              set(changes);
              close();
            }}
          />
        )}
      </Popover>
      {active.map((name) => (
        <Button key={name} kind="text" icon="close" aria-label={t("design:filter.remove", { name: t(`customers:filters.${name}`) })} onClick={() => set({ [name]: "" })}>
          {t(`customers:filters.${name}`)}
        </Button>
      ))}
    </>
  );
}

function FilterForm({ address, onApply }: { address: URLSearchParams; onApply: (changes: Record<string, string>) => void }) {
  const { t } = useTranslation(["customers", "design"]);
  const nameOf = useSegmentName();
  const value = (name: string) => address.get(name) ?? "";
  const [days, setDays] = useState({ last_order_from: value("last_order_from"), last_order_to: value("last_order_to") });
  return (
    <form
      className="stack"
      style={{ padding: 10, width: 300 }}
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        onApply({ ...Object.fromEntries(SHOWN.map((name) => [name, String(form.get(name) ?? "")])), ...days });
      }}
    >
      <Field label={t("customers:filters.segment")}>
        <select className="select" name="segment" defaultValue={value("segment")}>
          <option value="">{t("design:filter.any")}</option>
          {SEGMENT_ORDER.map((code) => (
            <option key={code} value={code}>
              {nameOf(code)}
            </option>
          ))}
        </select>
      </Field>
      <Field label={t("customers:filters.owner")}>
        <select className="select" name="owner" defaultValue={value("owner")}>
          <option value="">{t("design:filter.any")}</option>
          <option value="me">{t("customers:ownerMe")}</option>
          <option value="none">{t("customers:nobody")}</option>
        </select>
      </Field>
      <Field label={t("customers:filters.last_order_from")}>
        <DayField value={days.last_order_from} onChange={(day) => setDays({ ...days, last_order_from: day })} />
      </Field>
      <Field label={t("customers:filters.last_order_to")}>
        <DayField value={days.last_order_to} onChange={(day) => setDays({ ...days, last_order_to: day })} />
      </Field>
      <Field label={t("customers:filters.orders_min")}>
        <input className="input" type="number" min="0" name="orders_min" defaultValue={value("orders_min")} />
      </Field>
      <Field label={t("customers:filters.spend_min")}>
        <input className="input" type="number" min="0" step="0.01" name="spend_min" defaultValue={value("spend_min")} />
      </Field>
      <Button kind="primary" type="submit">
        {t("design:filter.apply")}
      </Button>
    </form>
  );
}
