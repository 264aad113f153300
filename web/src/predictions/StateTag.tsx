import { useTranslation } from "react-i18next";
import type { PredictionState } from "./types";

const looks: Record<PredictionState, string> = { published: "tag--gain", ranking_only: "tag--gain", withheld: "tag--attention", insufficient: "" };

export function StateTag({ state }: { state: PredictionState }) {
  const { t } = useTranslation("predictions");
  return <span className={`tag ${looks[state]}`}>{t(`states.${state}`)}</span>;
}
