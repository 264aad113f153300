import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Button } from "../design/Button";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { DataTable } from "../design/table/DataTable";
import type { Column } from "../design/table/types";
import { useFormat } from "../i18n/useFormat";

export const PAGE = 50;

interface Named {
  customer_id: number;
  name: string;
}

/** The customers behind one figure of the dashboard, brought into view where the figure was clicked. */
export function CustomersPanel<Row extends Named>({ kind, means, list, columns, onClose }: { kind: string; means?: string; list: UseInfiniteQueryResult<InfiniteData<{ items: Row[]; total: number }>>; columns: Column<Row>[]; onClose: () => void }) {
  const { t } = useTranslation("dashboards");
  const format = useFormat();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    place.current?.focus({ preventScroll: true });
    place.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const name = list.data ? t("list.title", { kind, formatted: format.number(list.data.pages[0]?.total ?? 0) }) : kind;
  const first: Column<Row> = {
    key: "name",
    title: t("list.customer"),
    main: true,
    // A deleted customer's money still counts, but there is no name to show and no page to open.
    render: (row) =>
      row.name ? (
        <Link className="table-name" to={`/customers/${row.customer_id}`}>
          {row.name}
        </Link>
      ) : (
        <span className="faint">{t("list.gone")}</span>
      ),
  };
  return (
    <div ref={place} tabIndex={-1} onKeyDown={(event) => event.key === "Escape" && onClose()}>
      <Panel
        title={name}
        flush
        actions={
          <>
            {means && <span className="soft">{means}</span>}
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
            rows={list.data?.pages.flatMap((page) => page.items) ?? []}
            loading={list.isPending}
            keyOf={(row) => String(row.customer_id)}
            nameOf={(row) => row.name || t("list.gone")}
            hasMore={list.hasNextPage}
            loadingMore={list.isFetchingNextPage}
            onMore={() => void list.fetchNextPage()}
            empty={<p className="panel__body soft">{t("list.empty")}</p>}
            columns={[first, ...columns]}
          />
        )}
      </Panel>
    </div>
  );
}
