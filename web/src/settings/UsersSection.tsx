import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import { useMay } from "../api/session";
import { Button } from "../design/Button";
import { Field } from "../design/Field";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { DataTable } from "../design/table/DataTable";
import { useFormat } from "../i18n/useFormat";
import type { UserRow } from "./types";
import { useList } from "./useList";

const roles = ["administrator", "manager", "analyst", "agent"] as const;

export default function UsersSection() {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const users = useList<UserRow>("/users");
  const mayManage = useMay("manage");
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: ({ id, ...body }: { id: string; role?: string; state?: string }) => api.patch(`/users/${id}`, body),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["settings", "/users"] }),
  });
  return (
    <>
      {mayManage && <Invite />}
      <Panel title={t("sections.users.name")} flush>
        {(users.error ?? change.error) ? (
          <ProblemView error={users.error ?? change.error} onRetry={users.retry} />
        ) : (
          <DataTable
            name={t("sections.users.name")}
            rows={users.rows}
            keyOf={(user) => user.id}
            nameOf={(user) => user.name}
            {...users.table}
            columns={[
              { key: "name", title: t("users.name"), main: true, render: (user) => user.name || user.email },
              { key: "email", title: t("users.email"), render: (user) => user.email },
              {
                key: "role",
                title: t("users.role"),
                render: (user) =>
                  mayManage ? (
                    <select className="select" aria-label={`${t("users.role")}: ${user.name || user.email}`} value={user.role} onChange={(event) => change.mutate({ id: user.id, role: event.target.value })}>
                      {roles.map((role) => (
                        <option key={role} value={role}>
                          {t(`roles.${role}`)}
                        </option>
                      ))}
                    </select>
                  ) : (
                    t(`roles.${user.role}`)
                  ),
              },
              { key: "team", title: t("users.team"), render: (user) => user.team?.name ?? "–" },
              { key: "state", title: t("users.state"), render: (user) => <span className={`tag ${user.state === "locked" ? "tag--attention" : ""}`}>{t(`states.${user.state}`)}</span> },
              { key: "seen", title: t("users.seen"), render: (user) => (user.last_seen_at ? format.instant(user.last_seen_at) : "–") },
            ]}
          />
        )}
      </Panel>
    </>
  );
}

function Invite() {
  const { t } = useTranslation("settings");
  const queries = useQueryClient();
  const invite = useMutation({
    mutationFn: (body: { email: string; role: string }) => api.post<{ link: string }>("/invitations", body),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["settings", "/users"] }),
  });
  return (
    <Panel title={t("invite.title")}>
      <form
        className="row"
        style={{ alignItems: "end" }}
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          invite.mutate({ email: String(form.get("email")), role: String(form.get("role")) });
        }}
      >
        <Field label={t("users.email")}>
          <input className="input" type="email" name="email" required />
        </Field>
        <Field label={t("users.role")}>
          <select className="select" name="role" defaultValue="agent">
            {roles.map((role) => (
              <option key={role} value={role}>
                {t(`roles.${role}`)}
              </option>
            ))}
          </select>
        </Field>
        <Button kind="primary" type="submit" disabled={invite.isPending}>
          {t("invite.send")}
        </Button>
      </form>
      {invite.error && <ProblemView error={invite.error} />}
      {invite.data && (
        <div className="stack stack--tight" role="status">
          <p>{t("invite.link")}</p>
          <p className="secret">{invite.data.link}</p>
        </div>
      )}
    </Panel>
  );
}
