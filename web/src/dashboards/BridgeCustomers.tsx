import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, client } from "../api/client";
import { useFormat } from "../i18n/useFormat";
import { CustomersPanel, PAGE } from "./CustomersPanel";
import type { Listed, Span } from "./types";

/** The customers behind one bar of the bridge, the largest change first. */
export function BridgeCustomers({ kind, span, onClose }: { kind: Listed; span: Span; onClose: () => void }) {
  const { t } = useTranslation("dashboards");
  const format = useFormat();
  const list = useInfiniteQuery({
    queryKey: ["dashboard", "bridge", span, kind],
    queryFn: ({ pageParam, signal }) => answer(client.GET("/dashboards/bridge/{kind}", { params: { path: { kind }, query: { span, after: pageParam, limit: PAGE } }, signal })),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next,
  });
  return (
    <CustomersPanel
      kind={t(`bridge.${kind}`)}
      means={t(`means.${kind}`)}
      list={list}
      onClose={onClose}
      columns={[
        { key: "change", title: t("list.change"), numeric: true, render: (row) => format.money(row.change_micros, { signed: true }) },
        { key: "before", title: t("list.before"), numeric: true, render: (row) => format.money(row.spend_before_micros) },
        { key: "now", title: t("list.now"), numeric: true, render: (row) => format.money(row.spend_now_micros) },
      ]}
    />
  );
}
