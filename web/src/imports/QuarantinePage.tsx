import { Trans, useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { AnswerPage } from "../design/AnswerPage";
import { EmptyState } from "../design/EmptyState";
import { useFormat } from "../i18n/useFormat";
import { useImports, useSummary } from "./queries";
import { RejectedGrid } from "./RejectedGrid";
import "./imports.css";

/** All that is held back, import by import: the newest open, the others one click away. */
export default function QuarantinePage() {
  const { t } = useTranslation("imports");
  const format = useFormat();
  const [asked, setAsked] = useSearchParams();
  const summary = useSummary();
  const list = useImports();
  const held = (list.data?.pages.flatMap((page) => page.items) ?? []).filter((row) => row.state === "stored" && (row.counts.rejected ?? 0) > 0);
  const total = summary.data?.quarantined ?? 0;
  const chosen = held.find((row) => String(row.id) === asked.get("import")) ?? held[0];
  return (
    <AnswerPage
      title={t("quarantine.title")}
      loading={list.isPending || summary.isPending}
      error={list.error ?? summary.error}
      onRetry={() => void Promise.all([list.refetch(), summary.refetch()])}
      answer={<Trans ns="imports" i18nKey="quarantine.answer" count={total} values={{ formatted: format.number(total) }} components={{ b: <b /> }} />}
      note={t("quarantine.note")}
      empty={held.length === 0 && <EmptyState icon="shield" title={t("quarantine.empty")} action={<Link className="button button--line" to="/imports">{t("toHistory")}</Link>} />}
    >
      {held.length > 1 && (
        <div className="segmented" role="group" aria-label={t("quarantine.files")}>
          {held.map((row) => (
            <button type="button" key={row.id} aria-pressed={row.id === chosen?.id} onClick={() => setAsked({ import: String(row.id) }, { replace: true })}>
              {row.name} · {format.number(row.counts.rejected ?? 0)}
            </button>
          ))}
        </div>
      )}
      {list.hasNextPage && (
        <button type="button" className="text-button" onClick={() => void list.fetchNextPage()}>
          {t("quarantine.older")}
        </button>
      )}
      {chosen && (
        <>
          <p className="soft">
            <Link to={`/imports/${chosen.id}`}>{chosen.name}</Link> · {format.instant(chosen.created_at)}
          </p>
          <RejectedGrid key={chosen.id} row={chosen} />
        </>
      )}
    </AnswerPage>
  );
}
