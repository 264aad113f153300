import { Trans, useTranslation } from "react-i18next";
import { Link } from "react-router";
import { AnswerPage } from "../design/AnswerPage";
import { ButtonLink } from "../design/Button";
import { Panel } from "../design/Panel";
import { DataTable } from "../design/table/DataTable";
import { useFormat } from "../i18n/useFormat";
import { StartHere } from "../shell/StartHere";
import { DecilesPanel } from "./DecilesPanel";
import { HorizonPanel } from "./HorizonPanel";
import { useTasks, useVersion } from "./queries";
import { StateTag } from "./StateTag";
import type { Task } from "./types";
import { stateOf, useMethodName } from "./words";
import "./predictions.css";

/** What is predicted, whether it may be shown, and how right it would have been. */
export default function PredictionsPage() {
  const { t } = useTranslation("predictions");
  const tasks = useTasks();
  const main = tasks.data?.find((task) => task.headline) ?? tasks.data?.[0];
  const version = useVersion(main?.serving.id);
  return (
    <AnswerPage
      title={t("title")}
      loading={tasks.isPending}
      error={tasks.error}
      onRetry={() => void tasks.refetch()}
      actions={<ButtonLink to="/predictions/ledger">{t("ledger.open")}</ButtonLink>}
      answer={main && <Answer task={main} />}
      note={main && (main.headline || main.data_to) && <Note task={main} />}
      empty={
        tasks.data?.length === 0 && (
          <StartHere icon="predictions" title={t("empty.title")}>
            {t("empty.text")}
          </StartHere>
        )
      }
    >
      {tasks.data && <Tasks tasks={tasks.data} />}
      {version.data && <DecilesPanel key={version.data.id} test={version.data.backtest} />}
      <HorizonPanel />
    </AnswerPage>
  );
}

/** Whose spend the sentence speaks of, and from when the scores look. */
function Note({ task }: { task: Task }) {
  const { t } = useTranslation("predictions");
  const format = useFormat();
  const methodName = useMethodName();
  const { headline, serving, data_to } = task;
  return (
    <>
      {headline && t("answerNote", { count: headline.customers, formatted: format.number(headline.customers), from: format.day(headline.as_of), to: format.day(headline.until), rule: methodName(serving.rule) })}
      {data_to && <> {t("looksBack", { day: format.day(serving.as_of), to: format.day(data_to) })}</>}
    </>
  );
}

function Answer({ task }: { task: Task }) {
  const { t } = useTranslation("predictions");
  const format = useFormat();
  const { headline, serving, sees_totals } = task;
  if (!sees_totals) return <>{t("answerOwn")} {t(`verdict.${stateOf(serving.state)}`)}</>;
  if (!headline) return <>{t("noneYet")}</>;
  const money = (micros: number) => format.money(micros, { compact: true });
  const values = { predicted: money(headline.said_micros ?? 0), actual: money(headline.actual_micros), rule: money(headline.rule_micros) };
  const shown = stateOf(serving.state) === "published";
  return (
    <>
      <Trans ns="predictions" i18nKey={headline.said_micros === null ? "answerRule" : "answer"} values={values} components={{ b: <b /> }} />
      {!shown && <> {t(`verdict.${stateOf(serving.state)}`)}</>}
    </>
  );
}

function Tasks({ tasks }: { tasks: Task[] }) {
  const { t } = useTranslation("predictions");
  const format = useFormat();
  const methodName = useMethodName();
  const nameOf = (task: Task) => t("kind", { days: format.number(task.horizon_days) });
  return (
    <Panel title={t("models")} flush>
      <DataTable
        name={t("models")}
        rows={tasks}
        keyOf={(task) => `${task.task}-${task.horizon_days}`}
        nameOf={nameOf}
        columns={[
          {
            key: "name",
            title: t("fields.what"),
            main: true,
            render: (task) => (
              <Link className="table-name" to={`/predictions/${task.serving.id}`}>
                {nameOf(task)}
              </Link>
            ),
          },
          { key: "state", title: t("fields.state"), render: (task) => <StateTag state={task.serving.state} /> },
          { key: "serves", title: t("fields.serves"), render: (task) => methodName(stateOf(task.serving.state) === "published" || stateOf(task.serving.state) === "ranking_only" ? task.serving.candidate : task.serving.rule) },
          { key: "reason", title: t("fields.reason"), render: (task) => <span className="words">{format.spaced(task.serving.reasons[0]?.what ?? "–")}</span> },
          { key: "as_of", title: t("fields.asOf"), numeric: true, render: (task) => format.day(task.serving.as_of) },
        ]}
      />
    </Panel>
  );
}
