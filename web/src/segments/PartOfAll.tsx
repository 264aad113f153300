import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { Schema } from "../api/client";
import { ChartFrame } from "../charts/ChartFrame";
import { useChartContext } from "../charts/context";
import { shareBars } from "../charts/shareBars";
import { countQuery } from "../customers/queries";
import { Skeleton } from "../design/Skeleton";
import { customersWith } from "../shell/links";

/** A segment beside everybody else: so many of the customers, so much of the spend. Nothing where either is not known. */
export function PartOfAll({ segment }: { segment: Schema<"SegmentDetail"> }) {
  const { t } = useTranslation("segments");
  const context = useChartContext();
  const { format, palette } = context;
  const go = useNavigate();
  const all = useQuery(countQuery({}));
  const { customers, exact, spend_micros: spend, spend_share: share } = segment.count;
  if (!exact || customers === 0 || spend === null || share === null || all.error || all.data === 0) return null;
  if (all.data === undefined) return <Skeleton height={232} />;
  const money = (micros: number) => format.money(micros, { compact: true });
  const others = share > 0 ? money(Math.round(spend / share) - spend) : "–";
  return (
    <ChartFrame
      title={t("part")}
      note={t("partNote", { customers: format.number(all.data) })}
      file={`segment-${segment.id}`}
      onSelect={() => void go(customersWith(segment.filter))}
      drawing={shareBars(
        [
          { key: "part", name: segment.name, colour: palette.accent, customers: customers / all.data, customersText: format.number(customers), spend: share, spendText: money(spend) },
          { name: t("others"), colour: palette.mark, customers: 1 - customers / all.data, customersText: format.number(all.data - customers), spend: 1 - share, spendText: others },
        ],
        context,
      )}
    />
  );
}
