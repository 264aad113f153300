import { useTranslation } from "react-i18next";
import type { PredictionState } from "./types";

const METHODS = ["total_spend", "window_before", "mean_per_period", "bg_nbd_gamma_gamma", "pareto_nbd_gamma_gamma"] as const;
type Method = (typeof METHODS)[number];
const SHOWN: Record<string, PredictionState> = { published: "published", ranking_only: "ranking_only", withheld: "withheld", not_enough_evidence: "not_enough_evidence" };

/** Rules and models by a name that says what they do; one that is not known here keeps its own. */
export function useMethodName(): (code: string) => string {
  const { t } = useTranslation("predictions");
  return (code) => ((METHODS as readonly string[]).includes(code) ? t(`methods.${code as Method}`) : code);
}

export const stateOf = (state: string): PredictionState => SHOWN[state] ?? "not_enough_evidence";
