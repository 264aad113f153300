import type { Language } from "../i18n/format";

const STEPS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

/** "3 minutes ago", "in 12 minutes", 3分钟前. */
export function ago(instant: string, language: Language, now = Date.now()): string {
  const seconds = Math.round((Date.parse(instant) - now) / 1000);
  const words = new Intl.RelativeTimeFormat(language === "zh" ? "zh-CN" : "en", { numeric: "auto" });
  const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? (["second", 1] as const);
  return words.format(unit === "second" ? 0 : Math.trunc(seconds / size), unit);
}
