import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { answer, client } from "../api/client";
import { Panel } from "../design/Panel";
import { DataTable } from "../design/table/DataTable";
import { useFormat } from "../i18n/useFormat";

/** Scores of this version that people hold to be wrong; nothing where nobody does. */
export function FeedbackPanel({ version }: { version: number }) {
  const { t } = useTranslation(["predictions", "customers"]);
  const format = useFormat();
  const list = useInfiniteQuery({
    queryKey: ["predictions", "feedback", version],
    queryFn: ({ pageParam, signal }) => answer(client.GET("/predictions/versions/{version_id}/feedback", { params: { path: { version_id: version }, query: { after: pageParam } }, signal })),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next,
  });
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  if (rows.length === 0) return null;
  return (
    <Panel title={t("predictions:wrong.title")} flush>
      <DataTable
        name={t("predictions:wrong.title")}
        rows={rows}
        keyOf={(row) => String(row.id)}
        nameOf={(row) => row.customer_name || `#${row.customer_id}`}
        hasMore={list.hasNextPage}
        loadingMore={list.isFetchingNextPage}
        onMore={() => void list.fetchNextPage()}
        columns={[
          {
            key: "customer",
            title: t("customers:fields.name"),
            main: true,
            render: (row) => (
              <Link className="table-name" to={`/customers/${row.customer_id}`}>
                {row.customer_name || `#${row.customer_id}`}
              </Link>
            ),
          },
          { key: "said", title: t("predictions:wrong.said"), numeric: true, render: (row) => (row.expected_value_micros === null ? <span className="faint">–</span> : format.money(row.expected_value_micros, { whole: true })) },
          { key: "verdict", title: t("predictions:wrong.verdict"), render: (row) => t(`customers:wrong.verdicts.${row.verdict}`) },
          { key: "text", title: t("predictions:wrong.text"), render: (row) => <span className="words">{row.text || "–"}</span> },
          { key: "by", title: t("predictions:wrong.by"), render: (row) => [row.by?.name, format.instant(row.said_at)].filter(Boolean).join(" · ") },
        ]}
      />
    </Panel>
  );
}
