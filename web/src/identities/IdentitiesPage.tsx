import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Trans, useTranslation } from "react-i18next";
import { answer, client } from "../api/client";
import { useMay } from "../api/session";
import type { Job } from "../api/types";
import { AnswerPage } from "../design/AnswerPage";
import { Button, ButtonLink } from "../design/Button";
import { Dialog } from "../design/Dialog";
import { ProblemView } from "../design/ProblemView";
import { useFormat } from "../i18n/useFormat";
import { StartHere } from "../shell/StartHere";
import { useJob } from "../imports/queries";
import { LastLook, LastRun } from "./Runs";
import { resolutionQuery } from "./queries";
import type { Resolution } from "./types";
import "./identities.css";

type Mode = "run" | "look" | "undo";

/** How many customers the records are, what waits for a person, and the way to find out more and back. */
export default function IdentitiesPage() {
  const { t } = useTranslation("identities");
  const query = useQuery(resolutionQuery);
  const data = query.data;
  return (
    <AnswerPage
      title={t("title")}
      loading={query.isPending}
      error={query.error}
      onRetry={() => void query.refetch()}
      answer={data && <Answer data={data} />}
      note={data && data.sources.length > 0 && t("noteSources", { sources: data.sources.join(" · ") })}
      actions={data && <Actions data={data} />}
      empty={
        data?.sources.length === 0 && (
          <StartHere icon="merge" title={t("empty.title")}>
            {t("empty.text")}
          </StartHere>
        )
      }
    >
      {data && (
        <>
          {data.under_way !== null && <UnderWay key={data.under_way} jobId={data.under_way} />}
          {data.figures && <LastRun run={data.last} actions={<Further data={data} />} />}
          {data.looked && <LastLook run={data.looked} />}
        </>
      )}
    </AnswerPage>
  );
}

function Answer({ data }: { data: Resolution }) {
  const { t } = useTranslation("identities");
  const format = useFormat();
  const { figures, waiting } = data;
  const parts = { components: { b: <b /> } };
  return (
    <>
      {figures && (
        <>
          <Trans ns="identities" i18nKey={figures.records === figures.customers ? "answerOne" : "answer"} values={{ records: format.number(figures.records), customers: format.number(figures.customers) }} {...parts} />{" "}
        </>
      )}
      {waiting.count === 0 ? t("waitingNone") : <Trans ns="identities" i18nKey={waiting.exact ? "waiting" : "waitingMore"} count={waiting.count} values={{ formatted: format.number(waiting.count) }} {...parts} />}
    </>
  );
}

/** Starts a job over everything; one at a time. */
function useStart(onStarted?: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (mode: Mode) => answer(client.POST("/identities/resolution", { body: { mode } })),
    onSuccess: () => {
      onStarted?.();
      void queries.invalidateQueries({ queryKey: ["identities"] });
      void queries.invalidateQueries({ queryKey: ["jobs"] });
    },
  });
}

function Actions({ data }: { data: Resolution }) {
  const { t } = useTranslation("identities");
  const [asking, setAsking] = useState(false);
  const start = useStart(() => setAsking(false));
  const busy = start.isPending || data.under_way !== null;
  return (
    <>
      {(data.waiting.count > 0 || data.later.count > 0) && (
        <ButtonLink kind="primary" icon="check" to={data.waiting.count > 0 ? "/identities/review" : "/identities/review?state=later"}>
          {t("review")}
        </ButtonLink>
      )}
      {data.may_run && (
        <>
          <Button icon="search" disabled={busy} onClick={() => start.mutate("look")}>
            {t("look")}
          </Button>
          <Button icon="merge" disabled={busy} onClick={() => setAsking(true)}>
            {t("run")}
          </Button>
        </>
      )}
      {start.error && !asking && <ProblemView error={start.error} />}
      <Ask open={asking} mode="run" start={start} onClose={() => setAsking(false)} />
    </>
  );
}

/** What is seldom done: the rules for fields, and the way back of everything that was joined. */
function Further({ data }: { data: Resolution }) {
  const { t } = useTranslation("identities");
  const mayReadRules = useMay("company", "read");
  const [asking, setAsking] = useState(false);
  const start = useStart(() => setAsking(false));
  return (
    <>
      {mayReadRules && (
        <ButtonLink icon="settings" to="/identities/rules">
          {t("rules.link")}
        </ButtonLink>
      )}
      {data.may_run && data.figures !== null && data.figures.joined > 0 && (
        <Button icon="undo" disabled={start.isPending || data.under_way !== null} onClick={() => setAsking(true)}>
          {t("undo")}
        </Button>
      )}
      <Ask open={asking} mode="undo" start={start} onClose={() => setAsking(false)} />
    </>
  );
}

function Ask({ open, mode, start, onClose }: { open: boolean; mode: "run" | "undo"; start: ReturnType<typeof useStart>; onClose: () => void }) {
  const { t } = useTranslation("identities");
  return (
    <Dialog open={open} title={t(`${mode}Title`)} onClose={onClose}>
      {mode === "undo" && <p>{t("undoText")}</p>}
      {start.error && <ProblemView error={start.error} />}
      <div className="dialog__foot">
        <Button onClick={onClose}>{t("keep")}</Button>
        <Button kind={mode === "undo" ? "danger" : "primary"} icon={mode === "undo" ? "undo" : "merge"} disabled={start.isPending} onClick={() => start.mutate(mode)}>
          {t(mode)}
        </Button>
      </div>
    </Dialog>
  );
}

/** How far a resolution is. While records are compared nobody can say how much is left. */
function UnderWay({ jobId }: { jobId: number }) {
  const { t } = useTranslation("identities");
  const format = useFormat();
  const queries = useQueryClient();
  const job = useJob(jobId).data;
  const stop = useMutation({
    mutationFn: () => answer(client.POST("/company/jobs/{job_id}/cancel", { params: { path: { job_id: jobId } } })),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["identities"] }),
  });
  const words = stageOf(job);
  return (
    <section className="panel">
      <div className="panel__body stack stack--tight">
        <div className="progress" role="progressbar" aria-label={t(words, { formatted: "" })}>
          <div className="progress__bar" style={{ width: job?.stage === "customers" ? "80%" : job?.stage === "links" ? "60%" : "30%" }} />
        </div>
        <span className="row row--apart">
          <span className="soft">{t(words, { formatted: format.number(job?.progress_done ?? 0) })}</span>
          <Button kind="text" disabled={stop.isPending} onClick={() => stop.mutate()}>
            {t("underWay.cancel")}
          </Button>
        </span>
        {stop.error && <ProblemView error={stop.error} />}
      </div>
    </section>
  );
}

function stageOf(job: Job | undefined) {
  if (job?.stage === "links" || job?.stage === "customers") return `underWay.${job.stage}` as const;
  return job?.kind === "resolve_look" ? "underWay.look" : job?.kind === "resolve_undo" ? "underWay.undo" : "underWay.run";
}
