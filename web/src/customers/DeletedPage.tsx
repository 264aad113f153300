import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { answer, client } from "../api/client";
import { AnswerPage } from "../design/AnswerPage";
import { Button } from "../design/Button";
import { ProblemView } from "../design/ProblemView";
import { DataTable } from "../design/table/DataTable";
import { useFormat } from "../i18n/useFormat";

/** Deleted customers that the reader may bring back. */
export default function DeletedPage() {
  const { t } = useTranslation("customers");
  const format = useFormat();
  const go = useNavigate();
  const queries = useQueryClient();
  const list = useInfiniteQuery({
    queryKey: ["customers", "deleted"],
    queryFn: ({ pageParam, signal }) => answer(client.GET("/customers/deleted", { params: { query: { after: pageParam } }, signal })),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const restore = useMutation({
    mutationFn: (id: number) => answer(client.POST("/customers/{customer_id}/restore", { params: { path: { customer_id: id } } })),
    onSuccess: (customer) => {
      void queries.invalidateQueries({ queryKey: ["customers"] });
      void go(`/customers/${customer.id}`);
    },
  });
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <AnswerPage title={t("deleted.title")} loading={list.isPending} error={list.error} onRetry={() => void list.refetch()} answer={rows.length === 0 ? t("deleted.none") : t("deleted.lead")}>
      {restore.error && <ProblemView error={restore.error} />}
      {rows.length > 0 && (
        <section className="panel">
          <DataTable
            name={t("deleted.title")}
            rows={rows}
            keyOf={(row) => String(row.id)}
            nameOf={(row) => row.name || `#${row.id}`}
            hasMore={list.hasNextPage}
            loadingMore={list.isFetchingNextPage}
            onMore={() => void list.fetchNextPage()}
            columns={[
              { key: "name", title: t("fields.name"), main: true, render: (row) => row.name || `#${row.id}` },
              { key: "at", title: t("deleted.at"), render: (row) => format.instant(row.deleted_at) },
              {
                key: "restore",
                title: t("deleted.restore"),
                render: (row) => (
                  <Button icon="undo" aria-label={`${t("deleted.restore")}: ${row.name || row.id}`} onClick={() => restore.mutate(row.id)}>
                    {t("deleted.restore")}
                  </Button>
                ),
              },
            ]}
          />
        </section>
      )}
    </AnswerPage>
  );
}
