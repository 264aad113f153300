import { useInfiniteQuery } from "@tanstack/react-query";
import { Trans, useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../api/client";
import type { Page } from "../api/types";
import { AnswerPage } from "../design/AnswerPage";
import { EmptyState } from "../design/EmptyState";
import { DataTable } from "../design/table/DataTable";
import { useFormat } from "../i18n/useFormat";
import type { QuarantineRow } from "./types";

export default function QuarantinePage() {
  const { t } = useTranslation("imports");
  const format = useFormat();
  const list = useInfiniteQuery({
    queryKey: ["imports", "quarantine"],
    queryFn: ({ pageParam, signal }) => api.get<Page<QuarantineRow>>("/quarantine", { cursor: pageParam, limit: 100 }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  const total = list.data?.pages[0]?.total ?? 0;
  return (
    <AnswerPage
      title={t("quarantine.title")}
      loading={list.isPending}
      error={list.error}
      onRetry={() => void list.refetch()}
      answer={<Trans ns="imports" i18nKey="quarantine.answer" count={total} values={{ formatted: format.number(total) }} components={{ b: <b /> }} />}
      note={t("quarantine.note")}
      actions={
        total > 0 && (
          <a className="button button--line" href="/api/v1/quarantine.csv" download>
            {t("errors.download")}
          </a>
        )
      }
      empty={total === 0 && <EmptyState icon="shield" title={t("quarantine.empty")} />}
    >
      <section className="panel" aria-label={t("quarantine.title")}>
        <DataTable
          name={t("quarantine.title")}
          tall
          rows={list.data?.pages.flatMap((page) => page.items) ?? []}
          keyOf={(row) => row.id}
          nameOf={(row) => `${row.import_name} ${row.row}`}
          hasMore={list.hasNextPage}
          loadingMore={list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
          columns={[
            { key: "what", title: t("errors.what"), main: true, render: (row) => format.spaced(row.reason.what) },
            { key: "row", title: t("errors.row"), numeric: true, render: (row) => format.number(row.row) },
            { key: "column", title: t("match.column"), render: (row) => row.column ?? "–" },
            { key: "value", title: t("errors.value"), render: (row) => <code>{row.value ?? "–"}</code> },
            { key: "remedy", title: t("errors.remedy"), render: (row) => format.spaced(row.reason.remedy ?? "–") },
            { key: "file", title: t("fields.file"), render: (row) => <Link to={`/imports/${row.import_id}`}>{row.import_name}</Link> },
          ]}
        />
      </section>
    </AnswerPage>
  );
}
