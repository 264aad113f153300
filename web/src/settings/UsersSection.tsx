import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, client, type Schema } from "../api/client";
import { useMayAll, useMe } from "../api/session";
import { Button } from "../design/Button";
import { Panel } from "../design/Panel";
import { Popover } from "../design/Popover";
import { ProblemView } from "../design/ProblemView";
import { DataTable } from "../design/table/DataTable";
import type { Column } from "../design/table/types";
import { useFormat } from "../i18n/useFormat";
import { Invitations } from "./Invitations";
import { MailPanel } from "./Mail";
import { OnceLink } from "./OnceLink";
import { ROLES, teamsQuery, type Role } from "./queries";
import { useList } from "./useList";

type User = Schema<"UserOut">;

export default function UsersSection() {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const me = useMe();
  const mayManage = useMayAll("user");
  const users = useList(["users"], (after, signal) => answer(client.GET("/accounts/users", { params: { query: { after } }, signal })));
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: ({ id, ...body }: { id: number } & Schema<"UserIn">) => answer(client.PATCH("/accounts/users/{user_id}", { params: { path: { user_id: id } }, body })),
    onSuccess: (user) => {
      void queries.invalidateQueries({ queryKey: ["settings", "users"] });
      if (user.id === me?.id) void queries.invalidateQueries({ queryKey: ["session"] });
    },
  });
  const link = useMutation({ mutationFn: (id: number) => answer(client.POST("/accounts/users/{user_id}/reset-link", { params: { path: { user_id: id } } })), onSuccess: () => void queries.invalidateQueries({ queryKey: ["settings", "mail"] }) });
  const resetFactor = useMutation({
    mutationFn: (id: number) => answer(client.POST("/accounts/users/{user_id}/second-factor/reset", { params: { path: { user_id: id } } })),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["settings", "users"] }),
  });
  const error = users.error ?? change.error ?? link.error ?? resetFactor.error;
  const columns: Column<User>[] = [
    {
      key: "name",
      title: t("users.name"),
      main: true,
      render: (user) => (
        <span>
          <strong>{user.name || user.email}</strong>
          {user.name && <span className="small soft block">{user.email}</span>}
        </span>
      ),
    },
    { key: "roles", title: t("users.role"), render: (user) => (mayManage ? <Roles user={user} onChange={(roles) => change.mutate({ id: user.id, roles })} /> : user.roles.map((role) => t(`roles.${role as Role}`)).join(" · ")) },
    { key: "team", title: t("users.team"), render: (user) => (mayManage ? <TeamOf user={user} onChange={(team) => change.mutate({ id: user.id, team_id: team })} /> : (user.team?.name ?? "–")) },
    { key: "seen", title: t("users.seen"), render: (user) => (user.last_login ? format.instant(user.last_login) : "–") },
    { key: "state", title: t("users.state"), render: (user) => <span className={`tag ${user.is_active ? "" : "tag--attention"}`}>{user.is_active ? t("states.active") : t("states.disabled")}</span> },
  ];
  if (mayManage) {
    columns.push({
      key: "actions",
      title: t("users.actions"),
      render: (user) => (
        <Popover label={null} name={`${t("users.actions")}: ${user.name || user.email}`} icon="more" kind="text" align="end" role="menu">
          {(close) => (
            <>
              <Button kind="text" className="menu-entry" role="menuitem" onClick={() => (close(), link.mutate(user.id))}>
                {t("users.resetLink")}
              </Button>
              {user.second_factor && (
                <Button kind="text" className="menu-entry" role="menuitem" onClick={() => (close(), resetFactor.mutate(user.id))}>
                  {t("users.resetFactor")}
                </Button>
              )}
              <Button kind="text" className="menu-entry" role="menuitem" onClick={() => (close(), change.mutate({ id: user.id, is_active: !user.is_active }))}>
                {user.is_active ? t("users.disable") : t("users.enable")}
              </Button>
            </>
          )}
        </Popover>
      ),
    });
  }
  return (
    <>
      {mayManage && <Invitations />}
      <Panel title={t("users.title")} flush>
        {error && <ProblemView error={error} onRetry={users.retry} />}
        {link.data && (
          <div className="panel__body">
            <OnceLink link={link.data} />
          </div>
        )}
        <DataTable name={t("users.title")} rows={users.rows} keyOf={(user) => String(user.id)} nameOf={(user) => user.name || user.email} {...users.table} columns={columns} />
      </Panel>
      {mayManage && <MailPanel />}
    </>
  );
}

/** Roles add up, so each is a box of its own. */
function Roles({ user, onChange }: { user: User; onChange: (roles: Role[]) => void }) {
  const { t } = useTranslation("settings");
  const [chosen, setChosen] = useState<string[]>(user.roles);
  const shown = user.roles.map((role) => t(`roles.${role as Role}`)).join(" · ") || "–";
  return (
    <Popover label={shown} name={`${t("users.role")}: ${user.name || user.email}, ${shown}`} kind="text">
      {(close) => (
        <form
          className="stack stack--tight popover__form"
          onSubmit={(event) => {
            event.preventDefault();
            close();
            onChange(ROLES.filter((role) => chosen.includes(role)));
          }}
        >
          {ROLES.map((role) => (
            <label className="check" key={role}>
              <input type="checkbox" checked={chosen.includes(role)} onChange={(event) => setChosen(event.target.checked ? [...chosen, role] : chosen.filter((each) => each !== role))} />
              <span>
                {t(`roles.${role}`)}
                <span className="small soft block">{t(`roleMeans.${role}`)}</span>
              </span>
            </label>
          ))}
          <Button type="submit" disabled={chosen.length === 0}>
            {t("save")}
          </Button>
        </form>
      )}
    </Popover>
  );
}

function TeamOf({ user, onChange }: { user: User; onChange: (team: number | null) => void }) {
  const { t } = useTranslation("settings");
  const { data: teams = [] } = useQuery(teamsQuery);
  if (teams.length === 0) return <>–</>;
  return (
    <select className="select" aria-label={`${t("users.team")}: ${user.name || user.email}`} value={user.team?.id ?? ""} onChange={(event) => onChange(Number(event.target.value) || null)}>
      <option value="">–</option>
      {teams.map((team) => (
        <option key={team.id} value={team.id}>
          {team.name}
        </option>
      ))}
    </select>
  );
}
