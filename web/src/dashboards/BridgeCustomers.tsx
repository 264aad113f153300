import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { answer, client } from "../api/client";
import { Button } from "../design/Button";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { DataTable } from "../design/table/DataTable";
import { useFormat } from "../i18n/useFormat";
import type { Listed, Span } from "./types";

const PAGE = 50;

/** The customers behind one bar of the bridge, the largest change first. */
export function BridgeCustomers({ kind, span, onClose }: { kind: Listed; span: Span; onClose: () => void }) {
  const { t } = useTranslation("dashboards");
  const format = useFormat();
  const place = useRef<HTMLDivElement>(null);
  const list = useInfiniteQuery({
    queryKey: ["dashboard", "bridge", span, kind],
    queryFn: ({ pageParam, signal }) => answer(client.GET("/dashboards/bridge/{kind}", { params: { path: { kind }, query: { span, offset: pageParam, limit: PAGE } }, signal })),
    initialPageParam: 0,
    getNextPageParam: (last, pages) => (pages.length * PAGE < last.total ? pages.length * PAGE : null),
  });
  useEffect(() => {
    place.current?.focus({ preventScroll: true });
    place.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const name = t("list.title", { kind: t(`bridge.${kind}`), formatted: format.number(list.data?.pages[0]?.total ?? 0) });
  return (
    <div ref={place} tabIndex={-1}>
      <Panel
        title={list.isPending ? t(`bridge.${kind}`) : name}
        flush
        actions={
          <>
            <span className="soft">{t(`means.${kind}`)}</span>
            <Button kind="text" icon="close" aria-label={t("list.close")} onClick={onClose} />
          </>
        }
      >
        {list.error ? (
          <div className="panel__body">
            <ProblemView error={list.error} onRetry={() => void list.refetch()} />
          </div>
        ) : (
          <DataTable
            name={name}
            compact
            rows={rows}
            loading={list.isPending}
            keyOf={(row) => String(row.customer_id)}
            nameOf={(row) => row.name}
            hasMore={list.hasNextPage}
            loadingMore={list.isFetchingNextPage}
            onMore={() => void list.fetchNextPage()}
            empty={<p className="panel__body soft">{t("list.empty")}</p>}
            columns={[
              {
                key: "name",
                title: t("list.customer"),
                main: true,
                render: (row) => (
                  <Link className="table-name" to={`/customers/${row.customer_id}`}>
                    {row.name}
                  </Link>
                ),
              },
              { key: "change", title: t("list.change"), numeric: true, render: (row) => format.money(row.change_micros, { signed: true }) },
              { key: "before", title: t("list.before"), numeric: true, render: (row) => format.money(row.spend_before_micros) },
              { key: "now", title: t("list.now"), numeric: true, render: (row) => format.money(row.spend_now_micros) },
            ]}
          />
        )}
      </Panel>
    </div>
  );
}
