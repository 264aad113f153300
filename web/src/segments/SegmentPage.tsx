import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Trans, useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { api } from "../api/client";
import { useMay } from "../api/session";
import { useCustomerColumns } from "../customers/columns";
import { customersQuery } from "../customers/queries";
import { AnswerPage } from "../design/AnswerPage";
import { ButtonLink } from "../design/Button";
import { Menu } from "../design/Popover";
import { DataTable } from "../design/table/DataTable";
import { useFormat } from "../i18n/useFormat";
import { useSegmentName } from "./names";
import type { SegmentDetail } from "./types";

/** One segment and its members. */
export default function SegmentPage() {
  const { id = "" } = useParams();
  const { t } = useTranslation(["segments", "design"]);
  const format = useFormat();
  const nameOf = useSegmentName();
  const queries = useQueryClient();
  const segment = useQuery({ queryKey: ["segments", "one", id], queryFn: ({ signal }) => api.get<SegmentDetail>(`/segments/${encodeURIComponent(id)}`, {}, signal) });
  const filter = { segment_id: id, sort: "-spend" };
  const members = useInfiniteQuery(customersQuery(filter));
  const columns = useCustomerColumns().filter((column) => column.shown && column.key !== "segment");
  const mayExport = useMay("export");
  const exporting = useMutation({
    mutationFn: (kind: string) => api.post("/exports", { object: "customers", format: kind, filter, columns: columns.map((column) => column.key) }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["jobs"] }),
  });
  const data = segment.data;
  return (
    <AnswerPage
      title={data ? (data.name ?? nameOf(data.code)) : t("segments:title")}
      loading={segment.isPending}
      error={segment.error}
      onRetry={() => void segment.refetch()}
      actions={
        <>
          {data?.kind === "rule" && (
            <ButtonLink icon="edit" to={`/segments/${id}/edit`}>
              {t("segments:edit")}
            </ButtonLink>
          )}
          {mayExport && (
            <Menu
              label={t("design:table.export")}
              icon="download"
              align="end"
              entries={(["csv", "xlsx", "parquet"] as const).map((kind) => ({ key: kind, label: t("design:table.exportAs", { format: kind.toUpperCase() }), onChoose: () => exporting.mutate(kind) }))}
            />
          )}
        </>
      }
      answer={
        data && (
          <Trans ns="segments" i18nKey="oneAnswer" count={data.customers} values={{ customers: format.number(data.customers), spend: format.money(data.spend_micros, { compact: true }), share: format.percent(data.spend_share, 1) }} components={{ b: <b /> }} />
        )
      }
      note={data && format.spaced(data.traits.map((trait) => trait.text).join(" · "))}
    >
      <section className="panel" aria-label={t("segments:members")}>
        <DataTable
          name={t("segments:members")}
          tall
          columns={columns}
          rows={members.data?.pages.flatMap((page) => page.items) ?? []}
          keyOf={(row) => row.id}
          nameOf={(row) => row.name}
          loading={members.isPending}
          hasMore={members.hasNextPage}
          loadingMore={members.isFetchingNextPage}
          onMore={() => void members.fetchNextPage()}
        />
      </section>
    </AnswerPage>
  );
}
