import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useCompany } from "../api/session";
import {
  formatCompact,
  formatDay,
  formatInstant,
  formatMoney,
  formatNumber,
  formatPercent,
  spaceHanLatin,
  type Language,
  type Micros,
  type MoneyOptions,
} from "./format";

export interface Format {
  language: Language;
  currency: string;
  zone: string;
  money: (value: Micros, options?: MoneyOptions & { currency?: string }) => string;
  number: (value: number, options?: Intl.NumberFormatOptions) => string;
  compact: (value: number) => string;
  percent: (share: number, digits?: number) => string;
  day: (day: string, style?: "long" | "short" | "month") => string;
  instant: (instant: string) => string;
  /** Thin spaces, in Chinese only. */
  spaced: (text: string) => string;
}

export function useLanguage(): Language {
  const { i18n } = useTranslation();
  return i18n.language === "zh" ? "zh" : "en";
}

/** The formats of the reader's language and the company's currency and zone. */
export function useFormat(): Format {
  const language = useLanguage();
  const { currency, zone } = useCompany();
  return useMemo(
    () => ({
      language,
      currency,
      zone,
      money: (value, options = {}) => formatMoney(value, options.currency ?? currency, language, options),
      number: (value, options) => formatNumber(value, language, options),
      compact: (value) => formatCompact(value, language),
      percent: (share, digits) => formatPercent(share, language, digits),
      day: (day, style) => formatDay(day, language, style),
      instant: (instant) => formatInstant(instant, language, zone),
      spaced: (text) => (language === "zh" ? spaceHanLatin(text) : text),
    }),
    [language, currency, zone],
  );
}
