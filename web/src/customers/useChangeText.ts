import { useTranslation } from "react-i18next";
import { useFormat } from "../i18n/useFormat";
import type { Change } from "./types";

const FIELDS = ["name", "kind", "company", "phone", "email", "country", "city", "address", "contact_allowed", "registered_at", "owner", "team"] as const;
type Field = (typeof FIELDS)[number];

/** Fields, their values and where they come from, in words. */
export function useChangeText() {
  const { t } = useTranslation("customers");
  const format = useFormat();
  const field = (name: string) => (FIELDS.includes(name as Field) ? t(`property.${name as Field}`) : name);
  const value = (name: string, given: unknown): string => {
    if (given === null || given === undefined || given === "") return "–";
    if (name === "contact_allowed") return given === true || given === "true" ? t("contact.yes") : t("contact.no");
    if (name === "kind") return t(`kinds.${given as "person"}`, { defaultValue: String(given) });
    if (name === "registered_at") return format.dayOrInstant(String(given));
    return String(given);
  };
  const origin = (kind: string, file: string | null, row?: number | null): string => {
    if (kind === "hand" || kind === "choice") return t(`origin.${kind}`);
    if (kind === "assignment") return t("origin.assignment");
    if (!file) return t("origin.import");
    return row ? t("origin.row", { file, row: format.number(row) }) : t("origin.file", { file });
  };
  return {
    field,
    value,
    origin,
    full: (change: Change) => t("change.full", { field: field(change.field), before: value(change.field, change.before), after: value(change.field, change.after) }),
    /** "phone, by Lin Xue" or "country, from orders.csv". */
    brief: (change: Change) => t("change.brief", { field: field(change.field), by: change.by?.name ?? origin(change.kind, change.file) }),
  };
}
