import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, client } from "../api/client";
import { Button } from "../design/Button";
import { Field } from "../design/Field";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { useFormat, useLanguage } from "../i18n/useFormat";
import { MailState, whileWaiting } from "./Mail";
import { OnceLink } from "./OnceLink";
import { ROLES, teamsQuery, type Role } from "./queries";
import { useList } from "./useList";

/** Invite a person, and see who has not come in yet. */
export function Invitations() {
  const { t } = useTranslation("settings");
  const language = useLanguage();
  const queries = useQueryClient();
  const { data: teams = [] } = useQuery(teamsQuery);
  const again = () => {
    void queries.invalidateQueries({ queryKey: ["settings", "invitations"] });
    void queries.invalidateQueries({ queryKey: ["settings", "mail"] });
  };
  const invite = useMutation({
    mutationFn: (form: FormData) =>
      answer(
        client.POST("/accounts/invitations", {
          body: { email: String(form.get("email")), roles: [String(form.get("role")) as Role], team_id: Number(form.get("team")) || null, name: "", language },
        }),
      ),
    onSuccess: again,
  });
  return (
    <Panel title={t("invite.title")}>
      <div className="stack">
        <form
          className="row row--end"
          onSubmit={(event) => {
            event.preventDefault();
            invite.mutate(new FormData(event.currentTarget));
          }}
        >
          <Field label={t("users.email")}>
            <input className="input" type="email" name="email" maxLength={254} required />
          </Field>
          <Field label={t("users.role")}>
            <select className="select" name="role" defaultValue="agent">
              {ROLES.map((role) => (
                <option key={role} value={role}>
                  {t(`roles.${role}`)}
                </option>
              ))}
            </select>
          </Field>
          {teams.length > 0 && (
            <Field label={t("users.team")}>
              <select className="select" name="team" defaultValue="">
                <option value="">–</option>
                {teams.map((team) => (
                  <option key={team.id} value={team.id}>
                    {team.name}
                  </option>
                ))}
              </select>
            </Field>
          )}
          <Button kind="primary" type="submit" disabled={invite.isPending}>
            {t("invite.send")}
          </Button>
        </form>
        {invite.error && <ProblemView error={invite.error} />}
        {invite.data && <OnceLink link={invite.data} />}
        <Open onRevoked={again} />
      </div>
    </Panel>
  );
}

function Open({ onRevoked }: { onRevoked: () => void }) {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const open = useList(
    ["invitations"],
    (after, signal) => answer(client.GET("/accounts/invitations", { params: { query: { after } }, signal })),
    (rows) => whileWaiting(rows.map((row) => row.mail)),
  );
  const revoke = useMutation({ mutationFn: (id: number) => answer(client.DELETE("/accounts/invitations/{invitation_id}", { params: { path: { invitation_id: id } } })), onSuccess: onRevoked });
  if (open.rows.length === 0) return null;
  return (
    <ul className="stack" aria-label={t("invite.open")}>
      {open.rows.map((each) => (
        <li key={each.id} className="stack stack--tight">
          <span className="row row--apart">
            <span>
              {each.email} <span className="soft">{each.roles.map((role) => t(`roles.${role as Role}`)).join(" · ")}</span> <span className="small faint">{t("invite.until", { when: format.instant(each.expires_at) })}</span>
            </span>
            <Button kind="text" icon="close" aria-label={`${t("invite.revoke")}: ${each.email}`} onClick={() => revoke.mutate(each.id)}>
              {t("invite.revoke")}
            </Button>
          </span>
          {each.mail && <MailState mail={each.mail} />}
        </li>
      ))}
      {revoke.error && <ProblemView error={revoke.error} />}
    </ul>
  );
}
