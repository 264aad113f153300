import { useTranslation } from "react-i18next";
import { SEGMENT_ORDER } from "../charts/colours";

type Known = (typeof SEGMENT_ORDER)[number];

/** The customary name of an RFM segment in the reader's language; a segment of one's own has its own name. */
export function useSegmentName(): (code: string) => string {
  const { t } = useTranslation("charts");
  return (code) => (SEGMENT_ORDER.includes(code as Known) ? t(`segments.${code as Known}`) : code);
}
