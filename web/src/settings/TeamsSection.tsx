import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, client, type Schema } from "../api/client";
import { useMayAll } from "../api/session";
import { Button } from "../design/Button";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { DataTable } from "../design/table/DataTable";
import type { Column } from "../design/table/types";
import { teamsQuery } from "./queries";

type Team = Schema<"TeamOut">;

export default function TeamsSection() {
  const { t } = useTranslation("settings");
  const teams = useQuery(teamsQuery);
  const mayManage = useMayAll("user");
  const queries = useQueryClient();
  const again = () => queries.invalidateQueries({ queryKey: teamsQuery.queryKey });
  const [name, setName] = useState("");
  const add = useMutation({ mutationFn: () => answer(client.POST("/accounts/teams", { body: { name } })), onSuccess: () => (setName(""), again()) });
  const change = useMutation({ mutationFn: ({ id, ...body }: Team) => answer(client.PUT("/accounts/teams/{team_id}", { params: { path: { team_id: id } }, body })), onSuccess: again });
  const remove = useMutation({ mutationFn: (id: number) => answer(client.DELETE("/accounts/teams/{team_id}", { params: { path: { team_id: id } } })), onSuccess: again });
  const rows = teams.data ?? [];
  const error = teams.error ?? add.error ?? change.error ?? remove.error;
  const columns: Column<Team>[] = [
    { key: "name", title: t("teams.name"), main: true, render: (team) => team.name },
    {
      key: "parent",
      title: t("teams.parent"),
      render: (team) =>
        mayManage ? (
          <select className="select" aria-label={`${t("teams.parent")}: ${team.name}`} value={team.parent_id ?? ""} onChange={(event) => change.mutate({ ...team, parent_id: Number(event.target.value) || null })}>
            <option value="">–</option>
            {rows
              .filter((each) => each.id !== team.id)
              .map((each) => (
                <option key={each.id} value={each.id}>
                  {each.name}
                </option>
              ))}
          </select>
        ) : (
          (rows.find((each) => each.id === team.parent_id)?.name ?? "–")
        ),
    },
  ];
  if (mayManage) {
    columns.push({
      key: "remove",
      title: t("teams.remove"),
      render: (team) => (
        <Button kind="danger" icon="trash" aria-label={`${t("teams.remove")}: ${team.name}`} onClick={() => remove.mutate(team.id)}>
          {t("teams.remove")}
        </Button>
      ),
    });
  }
  return (
    <Panel
      title={t("sections.teams.name")}
      flush
      actions={
        mayManage && (
          <form
            className="row"
            onSubmit={(event) => {
              event.preventDefault();
              if (name.trim()) add.mutate();
            }}
          >
            <input className="input" value={name} maxLength={100} aria-label={t("teams.new")} placeholder={t("teams.new")} onChange={(event) => setName(event.target.value)} />
            <Button type="submit" icon="plus" disabled={!name.trim() || add.isPending}>
              {t("teams.add")}
            </Button>
          </form>
        )
      }
    >
      {error && <ProblemView error={error} onRetry={() => void teams.refetch()} />}
      <DataTable name={t("sections.teams.name")} rows={rows} loading={teams.isPending && !teams.error} keyOf={(team) => String(team.id)} nameOf={(team) => team.name} empty={<p className="panel__body soft">{t("teams.empty")}</p>} columns={columns} />
    </Panel>
  );
}
