import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Trans, useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { answer, client } from "../api/client";
import { useMay } from "../api/session";
import { useCustomerColumns } from "../customers/columns";
import { ExportMenu } from "../customers/ExportMenu";
import { AnswerPage } from "../design/AnswerPage";
import { Button, ButtonLink } from "../design/Button";
import { Dialog } from "../design/Dialog";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { DataTable } from "../design/table/DataTable";
import { shownAtFirst, type Sort } from "../design/table/types";
import { useNarrowTable } from "../design/usePhone";
import { useFormat } from "../i18n/useFormat";
import { customersWith } from "../shell/links";
import { PartOfAll } from "./PartOfAll";
import { segmentQuery } from "./queries";
import "./segments.css";

type Columns = ReturnType<typeof useCustomerColumns>;
type Member = Parameters<Columns[number]["render"]>[0];

/** A segment of one's own: how many, and who. */
export default function SegmentPage() {
  const { id = "" } = useParams();
  const { t } = useTranslation("segments");
  const format = useFormat();
  const mayExport = useMay("customer", "export");
  const [removing, setRemoving] = useState(false);
  const query = useQuery(segmentQuery(Number(id)));
  const data = query.data;
  const share = data?.count.spend_share;
  return (
    <AnswerPage
      title={data?.name ?? t("title")}
      loading={query.isPending}
      error={query.error}
      onRetry={() => void query.refetch()}
      answer={
        data && (
          <Trans
            ns="segments"
            i18nKey={!data.count.exact ? "previewMore" : share === null || share === undefined ? "previewPlain" : "preview"}
            count={data.count.customers}
            values={{ customers: format.number(data.count.customers), share: share === null || share === undefined ? "" : format.percent(share, 1) }}
            components={{ b: <b /> }}
          />
        )
      }
      note={data && [data.owner?.name, data.is_shared ? t("shared") : t("private"), t("changedAt", { when: format.instant(data.updated_at) })].filter(Boolean).join(" · ")}
      actions={
        data && (
          <>
            {mayExport && <ExportMenu filter={data.filter} sort="-spend" />}
            <ButtonLink to={customersWith(data.filter)}>{t("seeList")}</ButtonLink>
            {data.may_write && (
              <ButtonLink icon="edit" to={`/segments/${data.id}/edit`}>
                {t("edit")}
              </ButtonLink>
            )}
            {data.may_write && <Button icon="trash" aria-label={t("removeWhat", { name: data.name })} onClick={() => setRemoving(true)} />}
          </>
        )
      }
    >
      {data && <PartOfAll segment={data} />}
      {data && <Members id={data.id} />}
      {data && removing && <RemoveDialog id={data.id} name={data.name} onClose={() => setRemoving(false)} />}
    </AnswerPage>
  );
}

function Members({ id }: { id: number }) {
  const { t } = useTranslation("segments");
  const columns = shownAtFirst(useCustomerColumns(), useNarrowTable());
  const [sort, setSort] = useState<Sort>("-spend");
  const list = useInfiniteQuery({
    queryKey: ["segments", "members", id, sort],
    queryFn: ({ pageParam, signal }) => answer(client.GET("/segments/{segment_id}/members", { params: { path: { segment_id: id }, query: { sort, after: pageParam, limit: 50 } }, signal })),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
  });
  return (
    <Panel title={t("members")} flush>
      {list.error ? (
        <div className="panel__body">
          <ProblemView error={list.error} onRetry={() => void list.refetch()} />
        </div>
      ) : (
        <DataTable
          name={t("members")}
          columns={columns}
          rows={(list.data?.pages.flatMap((page) => page.items) ?? []) as unknown as Member[]}
          keyOf={(row) => String(row.id)}
          nameOf={(row) => row.name || row.external_id || `#${row.id}`}
          sort={sort}
          onSort={setSort}
          loading={list.isPending}
          hasMore={list.hasNextPage}
          loadingMore={list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
          empty={<p className="panel__body soft">{t("noMembers")}</p>}
        />
      )}
    </Panel>
  );
}

function RemoveDialog({ id, name, onClose }: { id: number; name: string; onClose: () => void }) {
  const { t } = useTranslation("segments");
  const go = useNavigate();
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => answer(client.DELETE("/segments/{segment_id}", { params: { path: { segment_id: id } } })),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["segments", "own"] });
      void go("/segments");
    },
  });
  return (
    <Dialog open title={t("removeWhat", { name })} onClose={onClose}>
      <p>{t("removeText")}</p>
      {remove.error && <ProblemView error={remove.error} />}
      <div className="dialog__foot">
        <Button onClick={onClose}>{t("keep")}</Button>
        <Button kind="danger" icon="trash" disabled={remove.isPending} onClick={() => remove.mutate()}>
          {t("remove")}
        </Button>
      </div>
    </Dialog>
  );
}
