import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { answer, client } from "../api/client";
import { viewsQuery } from "../api/views";
import { addressOfView } from "../customers/address";
import { Button } from "../design/Button";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { DataTable } from "../design/table/DataTable";

export default function ViewsSection() {
  const { t } = useTranslation("settings");
  const queries = useQueryClient();
  const again = () => queries.invalidateQueries({ queryKey: ["views"] });
  const views = useQuery(viewsQuery(""));
  const change = useMutation({
    mutationFn: ({ id, ...body }: { id: number; name?: string; is_shared?: boolean }) => answer(client.PATCH("/company/views/{view_id}", { params: { path: { view_id: id } }, body })),
    onSuccess: again,
  });
  const remove = useMutation({ mutationFn: (id: number) => answer(client.DELETE("/company/views/{view_id}", { params: { path: { view_id: id } } })), onSuccess: again });
  const error = views.error ?? change.error ?? remove.error;
  return (
    <Panel title={t("sections.views.name")} flush>
      {error && <ProblemView error={error} onRetry={() => void views.refetch()} />}
      <DataTable
        name={t("sections.views.name")}
        rows={views.data ?? []}
        loading={views.isPending && !views.error}
        keyOf={(view) => String(view.id)}
        nameOf={(view) => view.name}
        empty={<p className="panel__body soft">{t("views.empty")}</p>}
        columns={[
          {
            key: "name",
            title: t("views.name"),
            main: true,
            render: (view) => (
              <Link className="table-name" to={addressOfView(view)}>
                {view.name}
              </Link>
            ),
          },
          {
            key: "shared",
            title: t("views.shared"),
            render: (view) =>
              view.is_mine ? (
                <label className="check">
                  <input type="checkbox" checked={view.is_shared} onChange={(event) => change.mutate({ id: view.id, is_shared: event.target.checked })} />
                  {t("views.share")}
                </label>
              ) : (
                t("views.ofOthers")
              ),
          },
          {
            key: "remove",
            title: t("views.remove"),
            render: (view) =>
              view.is_mine && (
                <Button kind="danger" icon="trash" aria-label={`${t("views.remove")}: ${view.name}`} onClick={() => remove.mutate(view.id)}>
                  {t("views.remove")}
                </Button>
              ),
          },
        ]}
      />
    </Panel>
  );
}
