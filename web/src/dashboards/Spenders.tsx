import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, client } from "../api/client";
import { useFormat } from "../i18n/useFormat";
import { CustomersPanel, PAGE } from "./CustomersPanel";
import type { Days } from "./shaping";

/** The customers behind the spend of some days, the highest first; of one cohort, or only the top of them. */
export function Spenders({ days, onClose }: { days: Days; onClose: () => void }) {
  const { t } = useTranslation("dashboards");
  const format = useFormat();
  const { start, end, cohort, top } = days;
  const list = useInfiniteQuery({
    queryKey: ["dashboard", "spenders", days],
    queryFn: ({ pageParam, signal }) => answer(client.GET("/dashboards/customers", { params: { query: { start, end, cohort_on: cohort, top, after: pageParam, limit: PAGE } }, signal })),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next,
  });
  const between = t("list.between", { from: format.day(start), to: format.day(end) });
  return (
    <CustomersPanel
      kind={between}
      means={cohort ? t("list.cohort", { month: format.day(cohort, "month") }) : top ? t("list.top") : undefined}
      list={list}
      onClose={onClose}
      columns={[
        { key: "spend", title: t("list.spend"), numeric: true, render: (row) => format.money(row.spend_micros) },
        { key: "orders", title: t("list.orders"), numeric: true, render: (row) => format.number(row.orders) },
      ]}
    />
  );
}
