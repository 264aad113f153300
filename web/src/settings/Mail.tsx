import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, client, type Schema } from "../api/client";
import { Button } from "../design/Button";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { useFormat, useLanguage } from "../i18n/useFormat";
import { useList } from "./useList";

type Mail = Schema<"MailOut">;

const LOOKS: Partial<Record<Mail["state"], string>> = { sent: "tag--gain", failed: "tag--attention" };

/** While one waits, it is looked again what became of it. */
export const whileWaiting = (mails: (Mail | null)[]) => (mails.some((mail) => mail?.state === "waiting") ? 5000 : false);

/** What became of one mail, why it is not there yet (unless `brief`), and the way to send it again. */
export function MailState({ mail, brief }: { mail: Mail; brief?: boolean }) {
  const { t } = useTranslation("settings");
  const language = useLanguage();
  const format = useFormat();
  const queries = useQueryClient();
  const retry = useMutation({
    mutationFn: () => answer(client.POST("/accounts/mail/{mail_id}/retry", { params: { path: { mail_id: mail.id } } })),
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ["settings", "mail"] });
      void queries.invalidateQueries({ queryKey: ["settings", "invitations"] });
    },
  });
  const again = mail.state === "failed" || (mail.state === "waiting" && mail.attempts > 0);
  const reason = brief || mail.state === "expired" ? null : mail.reason;
  return (
    <div className="stack stack--tight">
      <div className="row">
        <span className={`tag ${LOOKS[mail.state] ?? ""}`}>{t(`mail.states.${mail.state}`)}</span>
        <span className="small soft">{whenOf(mail, t, format.instant)}</span>
        {again && (
          <Button kind="text" aria-label={`${t(mail.state === "failed" ? "mail.again" : "mail.now")}: ${mail.to}`} disabled={retry.isPending} onClick={() => retry.mutate()}>
            {t(mail.state === "failed" ? "mail.again" : "mail.now")}
          </Button>
        )}
      </div>
      {reason && <p className="small soft">{[reason.what, reason.why, reason.remedy].join(language === "zh" ? "" : " ")}</p>}
      {retry.error && <ProblemView error={retry.error} />}
    </div>
  );
}

function whenOf(mail: Mail, t: ReturnType<typeof useTranslation<"settings">>["t"], instant: (at: string) => string): string {
  if (mail.state === "sent") return instant(mail.sent_at ?? mail.created_at);
  if (mail.state === "failed") return t("mail.tries", { count: mail.attempts });
  if (mail.state === "expired") return t("mail.over");
  return mail.attempts > 0 && mail.next_at ? t("mail.next", { when: instant(mail.next_at) }) : t("mail.soon");
}

/** All mail of the last days, newest first: password links are nowhere else. Nothing where no mail ever left. */
export function MailPanel() {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const list = useList(
    ["mail"],
    (after, signal) => answer(client.GET("/accounts/mail", { params: { query: { after, limit: 20 } }, signal })),
    whileWaiting,
  );
  if (list.rows.length === 0) return list.error ? <ProblemView error={list.error} onRetry={list.retry} /> : null;
  return (
    <Panel title={t("mail.title")}>
      <ul className="stack">
        {list.rows.map((mail) => (
          <li key={mail.id} className="stack stack--tight">
            <span>
              {mail.to} <span className="soft">{t(`mail.kinds.${mail.kind}`)}</span> <span className="small faint">{format.instant(mail.created_at)}</span>
            </span>
            {/* Why an invitation is not there yet stands beside it, further up. */}
            <MailState mail={mail} brief={mail.kind === "invitation"} />
          </li>
        ))}
      </ul>
      {list.table.hasMore && (
        <Button kind="text" disabled={list.table.loadingMore} onClick={list.table.onMore}>
          {t("jobs.more")}
        </Button>
      )}
    </Panel>
  );
}
