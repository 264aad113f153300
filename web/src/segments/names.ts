import { useTranslation } from "react-i18next";
import { SEGMENT_ORDER } from "../charts/colours";

type Known = (typeof SEGMENT_ORDER)[number];
const BANDS = ["band_top", "band_high", "band_middle", "band_lower"] as const;
type Band = (typeof BANDS)[number];

/** The customary name of an RFM segment or of a band in the reader's language; anything else has its own name. */
export function useSegmentName(): (code: string) => string {
  const { t } = useTranslation("charts");
  return (code) => {
    if (SEGMENT_ORDER.includes(code as Known)) return t(`segments.${code as Known}`);
    if (BANDS.includes(code as Band)) return t(`bands.${code as Band}`);
    const natural = /^natural_(\d+)$/.exec(code);
    return natural ? t("naturalN", { n: natural[1] }) : code;
  };
}
