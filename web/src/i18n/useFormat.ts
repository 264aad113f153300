import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useCompany } from "../api/session";
import {
  formatCompact,
  formatDay, formatDayOrInstant,
  formatInstant,
  formatMoney,
  formatNumber,
  formatPercent,
  microsOf,
  percentOf,
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
  /** Exact decimal text as the server sends it; a dash for nothing. */
  amount: (text: string | null | undefined, options?: MoneyOptions) => string;
  /** What an amount of spend is worth to the company: the margin's share of it once a margin is entered, else itself. */
  worthOf: (value: Micros) => bigint;
  /** True once a margin is entered: then screens say "worth" where they said "spend". */
  isWorth: boolean;
  number: (value: number, options?: Intl.NumberFormatOptions) => string;
  compact: (value: number) => string;
  percent: (share: number, digits?: number) => string;
  day: (day: string, style?: "long" | "short" | "month") => string;
  instant: (instant: string) => string;
  /** A day alone where the instant is the company's midnight. */
  dayOrInstant: (instant: string) => string;
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
  const { currency, zone, margin_percent: margin } = useCompany();
  return useMemo(
    () => ({
      language,
      currency,
      zone,
      money: (value, options = {}) => formatMoney(value, options.currency ?? currency, language, options),
      amount: (text, options = {}) => (text === null || text === undefined ? "–" : formatMoney(microsOf(text), currency, language, options)),
      worthOf: (value) => (margin === null ? BigInt(value) : percentOf(value, margin)),
      isWorth: margin !== null,
      number: (value, options) => formatNumber(value, language, options),
      compact: (value) => formatCompact(value, language),
      percent: (share, digits) => formatPercent(share, language, digits),
      day: (day, style) => formatDay(day, language, style),
      instant: (instant) => formatInstant(instant, language, zone),
      dayOrInstant: (instant) => formatDayOrInstant(instant, language, zone),
      spaced: (text) => (language === "zh" ? spaceHanLatin(text) : text),
    }),
    [language, currency, zone, margin],
  );
}
