import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { ChartFrame } from "../charts/ChartFrame";
import { segmentColour } from "../charts/colours";
import { useChartContext } from "../charts/context";
import { shareBars } from "../charts/shareBars";
import { Skeleton } from "../design/Skeleton";
import { overviewQuery } from "../segments/queries";
import { customersWith } from "../shell/links";

/** How the customers, and what they spent, spread over the segments; each part leads to its customers. */
export default function SegmentShares({ height }: { height: number }) {
  const { t } = useTranslation("customers");
  const context = useChartContext();
  const { format, mode } = context;
  const go = useNavigate();
  const { data, error } = useQuery(overviewQuery);
  if (error) return null;
  if (!data) return <Skeleton height={height} />;
  const parts = data.segments
    .filter((each) => each.customers > 0)
    .map((each) => ({
      key: each.code,
      name: each.name,
      colour: segmentColour(each.code, mode),
      customers: each.customer_share,
      customersText: format.number(each.customers),
      spend: each.spend_share,
      spendText: format.money(each.spend_micros, { compact: true }),
    }));
  return (
    <ChartFrame
      title={t("shares")}
      note={t("sharesNote", { day: format.day(data.as_of) })}
      file="segments"
      onSelect={(code) => void go(customersWith(data.segments.find((each) => each.code === code)?.filter ?? {}))}
      drawing={shareBars(parts, context)}
    />
  );
}
