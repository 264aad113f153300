import { useTranslation } from "react-i18next";
import type { Health } from "./types";

const looks: Partial<Record<Health, string>> = { healthy: "tag--gain", stopped: "tag--attention", troubled: "tag--attention", late: "tag--attention", new: "tag--accent" };

export function HealthTag({ health }: { health: Health }) {
  const { t } = useTranslation("sources");
  return <span className={`tag ${looks[health] ?? ""}`}>{t(`health.${health}`)}</span>;
}
