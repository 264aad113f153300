import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import { useMay } from "../api/session";
import { Button } from "../design/Button";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { DataTable } from "../design/table/DataTable";
import { useFormat } from "../i18n/useFormat";
import type { TeamRow } from "./types";
import { useList } from "./useList";

export default function TeamsSection() {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const teams = useList<TeamRow>("/teams");
  const mayManage = useMay("manage");
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const add = useMutation({
    mutationFn: () => api.post("/teams", { name }),
    onSuccess: () => {
      setName("");
      void queries.invalidateQueries({ queryKey: ["settings", "/teams"] });
    },
  });
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
            <input className="input" value={name} maxLength={80} aria-label={t("teams.new")} placeholder={t("teams.new")} onChange={(event) => setName(event.target.value)} />
            <Button type="submit" icon="plus" disabled={!name.trim()}>
              {t("teams.add")}
            </Button>
          </form>
        )
      }
    >
      {(teams.error ?? add.error) ? (
        <ProblemView error={teams.error ?? add.error} onRetry={teams.retry} />
      ) : (
        <DataTable
          name={t("sections.teams.name")}
          rows={teams.rows}
          keyOf={(team) => team.id}
          nameOf={(team) => team.name}
          {...teams.table}
          empty={<p className="panel__body soft">{t("teams.empty")}</p>}
          columns={[
            { key: "name", title: t("teams.name"), main: true, render: (team) => team.name },
            { key: "members", title: t("teams.members"), numeric: true, render: (team) => format.number(team.members) },
            { key: "parent", title: t("teams.parent"), render: (team) => team.parent?.name ?? "–" },
          ]}
        />
      )}
    </Panel>
  );
}
