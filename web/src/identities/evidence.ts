import { useTranslation } from "react-i18next";
import { useFormat } from "../i18n/useFormat";
import type { Evidence, Pair, Side } from "./types";

/** How a field of two records compares, for the mark beside it. */
export type Verdict = "same" | "near" | "different" | "unknown";

const APART = ["different", "another_name"];

/** What of a record is set side by side, in this order; the rest are the company's own fields. */
export const FIELDS = ["name", "kind", "company", "phone", "email", "birth_date", "address", "city", "province", "postcode"] as const;
export type Field = (typeof FIELDS)[number];

/** Of all that was compared about one field, what is least alike decides. */
export function verdictOf(pair: Pair, field: string): Verdict {
  const [left, right] = pair.sides.map((side) => side.values[field] ?? side.custom[field] ?? "");
  if (!left || !right) return "unknown";
  const levels = pair.evidence.filter((one) => one.field === field).map((one) => one.level);
  if (levels.length === 0) return left === right ? "same" : "unknown";
  if (levels.some((level) => APART.includes(level))) return "different";
  return levels.every((level) => level === "same") ? "same" : "near";
}

/** Fields that either side knows; what neither says anything of takes no room. */
export function knownFields(sides: Side[]): { fields: Field[]; custom: string[] } {
  const fields = FIELDS.filter((field) => sides.some((side) => side.values[field]));
  const custom = [...new Set(sides.flatMap((side) => Object.keys(side.custom)))].sort();
  return { fields, custom };
}

/** Compared field and level, as a reader would say it: "same phone". */
export function useEvidenceWords(): (one: Pick<Evidence, "compared" | "level">) => string {
  const { t } = useTranslation("identities");
  return ({ compared, level }) => t(`levels.${level as "same"}`, { field: t(`compared.${compared as "phone"}`) });
}

/** "+9.8": points for, with their sign, as the number of the reader's language. */
export function useBits(): (bits: number) => string {
  const format = useFormat();
  return (bits) => format.number(bits, { minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: "exceptZero" }).replace("-", "−");
}

/** The strongest reasons of a pair in one line: "same phone +9.8, another city −1.2". */
export function useReasons(): (pair: Pair, most?: number) => string {
  const { t } = useTranslation("identities");
  const { language } = useFormat();
  const words = useEvidenceWords();
  const bits = useBits();
  return (pair, most = 4) => {
    if (pair.by === "key") return t(`pair.key.${pair.key}`);
    return pair.evidence.slice(0, most).map((one) => `${words(one)} ${bits(one.bits)}`).join(language === "zh" ? "，" : ", ");
  };
}

/** What a record is called: its name, else its number. */
export function sideName(side: Side): string {
  return side.values.name ?? side.values.company ?? side.external_id;
}
