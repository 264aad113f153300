import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { isOutcome } from "../activities/outcomes";
import { answer, client } from "../api/client";
import { Button } from "../design/Button";
import { ProblemView } from "../design/ProblemView";
import { DataTable } from "../design/table/DataTable";
import { useFormat } from "../i18n/useFormat";
import { historyQuery } from "./queries";

/** Calls that were made, the newest first; one that was ticked by mistake is opened again. */
export function DoneList() {
  const { t } = useTranslation(["worklists", "activities"]);
  const format = useFormat();
  const queries = useQueryClient();
  const list = useInfiniteQuery(historyQuery);
  const reopen = useMutation({
    mutationFn: (id: number) => answer(client.POST("/worklists/{item_id}/reopen", { params: { path: { item_id: id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["worklist"] }),
  });
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const error = list.error ?? reopen.error;
  return (
    <>
      {error && <ProblemView error={error} onRetry={() => void list.refetch()} />}
      <DataTable
        name={t("worklists:tabs.done")}
        rows={rows}
        keyOf={(item) => String(item.id)}
        nameOf={(item) => item.customer.name || item.customer.external_id}
        loading={list.isPending}
        hasMore={list.hasNextPage}
        loadingMore={list.isFetchingNextPage}
        onMore={() => void list.fetchNextPage()}
        empty={<p className="panel__body soft">{t("worklists:noneDone")}</p>}
        columns={[
          {
            key: "customer",
            title: t("worklists:fields.customer"),
            main: true,
            render: (item) => (
              <Link className="table-name" to={`/customers/${item.customer.id}`}>
                {item.customer.name || item.customer.external_id}
              </Link>
            ),
          },
          { key: "outcome", title: t("worklists:outcome"), render: (item) => <span className={`tag ${item.outcome === "order_placed" ? "tag--gain" : ""}`}>{isOutcome(item.outcome) ? t(`activities:outcomes.${item.outcome}`) : item.outcome}</span> },
          { key: "note", title: t("worklists:noteLabel"), render: (item) => item.note || "–" },
          { key: "who", title: t("worklists:fields.by"), render: (item) => item.done_by?.name ?? "–" },
          { key: "when", title: t("worklists:fields.when"), render: (item) => (item.done_at ? format.instant(item.done_at) : "–") },
          {
            key: "again",
            title: t("worklists:again"),
            render: (item) =>
              item.may_write && (
                <Button kind="text" icon="undo" aria-label={`${t("worklists:again")}: ${item.customer.name || item.customer.external_id}`} onClick={() => reopen.mutate(item.id)}>
                  {t("worklists:again")}
                </Button>
              ),
          },
        ]}
      />
    </>
  );
}
