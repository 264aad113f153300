/**
 * Numbers, money and dates for a reader's language.
 *
 * Amounts arrive as whole micros (10⁻⁶ of a currency unit), as a number while it is exact and as a string beyond.
 * They are formatted from their decimal digits: no amount passes through a float on its way to the screen.
 */

export type Language = "zh" | "en";
export type Micros = number | string | bigint;

export const locales: Record<Language, string> = { zh: "zh-CN", en: "en-GB" };
/** British days and months, but K and M as they are written everywhere. */
const numberLocales: Record<Language, string> = { zh: "zh-CN", en: "en-US" };

export function toMicros(value: Micros): bigint {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new RangeError(`${value} is not an exact whole number of micros`);
  }
  return BigInt(value);
}

/** Micros as an exact decimal number of units: 1240500000 → "1240.500000". */
export function decimalOf(value: Micros): string {
  const micros = toMicros(value);
  const digits = (micros < 0n ? -micros : micros).toString().padStart(7, "0");
  return `${micros < 0n ? "-" : ""}${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

/** An exact decimal amount as text ("1240.5") in micros. */
export function microsOf(amount: string): bigint {
  const found = /^(-?)(\d+)(?:\.(\d{1,6})\d*)?$/.exec(amount);
  if (!found) throw new RangeError(`${amount} is not a decimal amount`);
  const [, sign, units = "0", part = ""] = found;
  const micros = BigInt(units) * 1_000_000n + BigInt(part.padEnd(6, "0"));
  return sign ? -micros : micros;
}

/** Two decimals, as margins have: 33.25 per cent of an amount, rounded half to even, without a float. */
export function percentOf(value: Micros, percent: number): bigint {
  const product = toMicros(value) * BigInt(Math.round(percent * 100));
  const sign = product < 0n ? -1n : 1n;
  const size = product * sign;
  const [whole, rest] = [size / 10_000n, size % 10_000n];
  const up = rest > 5_000n || (rest === 5_000n && whole % 2n === 1n);
  return sign * (whole + (up ? 1n : 0n));
}

/** For the length of a bar or the height of a point only; never for a figure that is read. */
export function microsForDrawing(value: Micros): number {
  return Number(toMicros(value)) / 1e6;
}

export function sumMicros(values: readonly Micros[]): bigint {
  return values.reduce<bigint>((sum, value) => sum + toMicros(value), 0n);
}

export interface MoneyOptions {
  /** 12.4万 in Chinese, 124K in English. */
  compact?: boolean;
  /** Whole units, for amounts beside which cents say nothing. */
  whole?: boolean;
  /** A plus before gains. */
  signed?: boolean;
}

const cache = new Map<string, Intl.NumberFormat>();

function formatter(language: Language, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = language + JSON.stringify(options);
  let found = cache.get(key);
  if (!found) cache.set(key, (found = new Intl.NumberFormat(numberLocales[language], options)));
  return found;
}

/** Where a shorter form begins: at 万, at K. Below it an amount is written out. */
const COMPACT_FROM: Record<Language, bigint> = { zh: 10_000_000_000n, en: 1_000_000_000n };
const WHOLE_FROM = 100_000_000n;

export function formatMoney(value: Micros, currency: string, language: Language, options: MoneyOptions = {}): string {
  const micros = toMicros(value);
  const size = micros < 0n ? -micros : micros;
  const isShort = Boolean(options.compact) && size >= COMPACT_FROM[language];
  const digits = isShort
    ? { notation: "compact" as const, maximumSignificantDigits: 3 }
    : options.whole || (options.compact && (size >= WHOLE_FROM || size === 0n))
      ? { maximumFractionDigits: 0, minimumFractionDigits: 0 }
      : {};
  return formatter(language, {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    roundingMode: "halfEven",
    signDisplay: options.signed ? "exceptZero" : "negative",
    ...digits,
  } as Intl.NumberFormatOptions)
    .format(decimalOf(value) as Intl.StringNumericLiteral)
    .replace("-", "−"); // The true minus: as wide as a plus, and no line breaks after it.
}

export function formatNumber(value: number, language: Language, options: Intl.NumberFormatOptions = {}): string {
  return formatter(language, { maximumFractionDigits: 1, ...options }).format(value);
}

export function formatCompact(value: number, language: Language): string {
  return formatter(language, { notation: "compact", maximumSignificantDigits: 3 }).format(value);
}

export function formatPercent(share: number, language: Language, digits = 0): string {
  return formatter(language, { style: "percent", maximumFractionDigits: digits }).format(share);
}

/** A calendar day of the company ("2026-03-03"), which has no zone to be moved by. */
export function formatDay(day: string, language: Language, style: "long" | "short" | "month" = "long"): string {
  const [year = 1970, month = 1, date = 1] = day.split("-").map(Number);
  const options: Intl.DateTimeFormatOptions =
    style === "month"
      ? { year: "numeric", month: language === "zh" ? "long" : "short" }
      : style === "short"
        ? { month: language === "zh" ? "long" : "short", day: "numeric" }
        : { year: "numeric", month: language === "zh" ? "long" : "short", day: "numeric" };
  return new Intl.DateTimeFormat(locales[language], { ...options, timeZone: "UTC" }).format(Date.UTC(year, month - 1, date));
}

/** A UTC instant, shown on the company's clock. */
export function formatInstant(instant: string, language: Language, zone: string): string {
  return new Intl.DateTimeFormat(locales[language], {
    year: "numeric",
    month: language === "zh" ? "long" : "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: zone,
  }).format(new Date(instant));
}

/** An instant that is midnight on the company's clock is a day that somebody wrote down without a time. */
export function formatDayOrInstant(instant: string, language: Language, zone: string): string {
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: zone });
  const at = new Date(instant);
  if (clock.format(at) !== "00:00:00") return formatInstant(instant, language, zone);
  return formatDay(new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", timeZone: zone }).format(at), language);
}

const HAN = "\\u2e80-\\u2fdf\\u3005-\\u3007\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff";
const TAGS = "((?:<[^>]*>)*)";
// Dates (2026年3月3日) and counts (12.4万) are one word and stay closed.
const beforeLatin = new RegExp(`((?![年月])[${HAN}]|[年月](?!\\d))${TAGS}(?=[A-Za-z0-9@#+$£€¥−-])`, "g");
const afterLatin = new RegExp(`((?!\\d)[A-Za-z0-9%+.](?=(?:<[^>]*>)*[${HAN}])|\\d(?=(?:<[^>]*>)*(?![年月日万亿])[${HAN}]))${TAGS}`, "g");

/** A thin space between Han and Latin letters or digits, looking through mark-up such as <n>37</n>. */
export function spaceHanLatin(text: string): string {
  return text.replace(beforeLatin, "$1\u2009$2").replace(afterLatin, "$1$2\u2009");
}
