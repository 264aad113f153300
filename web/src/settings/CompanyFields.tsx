import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { SearchSelect } from "../design/SearchSelect";
import { Field } from "../design/Field";
import { useLanguage } from "../i18n/useFormat";
import { moved, optionsOf, regionsQuery, suggestedBy, type Place } from "./regions";

/** Common ones first; every other ISO code and zone that the browser knows follows. */
const USUAL = ["CNY", "USD", "EUR", "GBP", "JPY", "HKD", "TWD", "SGD"];
const currencies = [...USUAL, ...Intl.supportedValuesOf("currency").filter((code) => !USUAL.includes(code))];
const zones = Intl.supportedValuesOf("timeZone");

export interface CompanyBasics extends Place {
  name: string;
  currency: string;
  language: "zh" | "en";
}

interface Props {
  value: CompanyBasics;
  onChange: (value: CompanyBasics) => void;
  /** Orders are stored, and their days and sums rest on zone and currency. */
  fixed?: boolean;
  disabled?: boolean;
}

export function CompanyFields({ value, onChange, fixed = false, disabled = false }: Props) {
  const { t } = useTranslation("settings");
  const language = useLanguage();
  const regions = useQuery(regionsQuery).data;
  const places = useMemo(() => (regions ? optionsOf(regions, language) : []), [regions, language]);
  const set = (change: Partial<CompanyBasics>) => onChange({ ...value, ...change });
  return (
    <>
      <Field label={t("company.name")}>
        <input className="input input--wide" required maxLength={100} autoComplete="organization" value={value.name} onChange={(event) => set({ name: event.target.value })} />
      </Field>
      <Field label={t("company.currency")} hint={fixed ? t("company.currencyFixed") : t("company.currencyHint")}>
        <SearchSelect disabled={fixed || disabled} value={value.currency} options={currencies} onChange={(currency) => set({ currency })} />
      </Field>
      <Field label={t("company.zone")} hint={fixed ? t("company.zoneFixed") : t("company.zoneHint")}>
        <SearchSelect disabled={fixed || disabled} value={value.zone} options={zones.includes(value.zone) ? zones : [value.zone, ...zones]} onChange={(zone) => set(moved(value, zone, regions ?? []))} />
      </Field>
      <Field label={t("company.region")} hint={t("company.regionHint")}>
        <SearchSelect
          disabled={disabled || !regions}
          value={value.region ?? suggestedBy(value.zone, regions ?? [])}
          options={[{ value: "", label: regions ? t("company.regionNone") : "" }, ...places]}
          onChange={(region) => set({ region })}
        />
      </Field>
      <Field label={t("company.language")} hint={t("company.languageHint")}>
        <select className="select" value={value.language} onChange={(event) => set({ language: event.target.value as "zh" | "en" })}>
          <option value="zh" lang="zh-CN">
            {"中文"}
          </option>
          <option value="en" lang="en">
            {"English"}
          </option>
        </select>
      </Field>
    </>
  );
}
