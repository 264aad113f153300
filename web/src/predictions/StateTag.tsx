import { useTranslation } from "react-i18next";
import type { PredictionState } from "./types";
import { stateOf } from "./words";

const looks: Record<PredictionState, string> = { published: "tag--gain", ranking_only: "tag--gain", withheld: "tag--attention", not_enough_evidence: "" };

export function StateTag({ state }: { state: string }) {
  const { t } = useTranslation("predictions");
  const known = stateOf(state);
  return <span className={`tag ${looks[known]}`}>{t(`states.${known}`)}</span>;
}
