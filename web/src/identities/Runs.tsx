import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Facts, Panel } from "../design/Panel";
import { DataTable } from "../design/table/DataTable";
import { useFormat } from "../i18n/useFormat";
import { useBits, useEvidenceWords } from "./evidence";
import { PairList } from "./PairList";
import type { Learned, ModelReport, Run, RunResult } from "./types";

/** The contract calls a result a plain object; `types.ts` spells out what the server puts into it. */
const resultOf = (run: Run) => run.result as unknown as RunResult;

/** What the last resolution joined, how sure that is in words, and what it learned. */
export function LastRun({ run, actions }: { run: Run | null; actions: ReactNode }) {
  const { t } = useTranslation("identities");
  const format = useFormat();
  if (run === null) {
    return (
      <Panel title={t("last.title")} actions={actions}>
        <p>{t("last.none")}</p>
      </Panel>
    );
  }
  const result = resultOf(run);
  const models = Object.entries(result.models ?? {});
  const count = (value: number | undefined) => format.number(value ?? 0);
  const when = run.at ? format.instant(run.at) : "–";
  const said = run.by ? t("last.when", { when, name: run.by.name }) : t("last.whenCommand", { when });
  if (run.mode === "undo") {
    return (
      <Panel title={t("last.title")} actions={actions}>
        <p>{t("last.undone")}</p>
        <p className="soft">{said}</p>
      </Panel>
    );
  }
  return (
    <>
      <Panel title={t("last.title")} actions={actions}>
        <p className="soft resolution__said">
          {said} {result.contradicted ? t("last.contradicted", { count: result.contradicted, formatted: count(result.contradicted) }) : ""}
        </p>
        <Facts
          items={[
            { label: t("last.joined"), value: count(result.joined) },
            { label: t("last.certain"), value: count(result.certain) },
            ...models.map(([kind, model]) => ({ label: t("last.linked", { kind: t(`last.kinds.${kind as "person"}`) }), value: count(model.linked) })),
            { label: t("last.decided"), value: count(result.decided) },
          ]}
        />
        {models.length === 0 && <p className="soft">{t("last.tooFew")}</p>}
        {models.map(([kind, model]) => (
          <Sureness key={kind} kind={kind} model={model} />
        ))}
      </Panel>
      {Object.entries(result.learned ?? {}).map(([kind, learned]) => (
        <WhatWasLearned key={kind} kind={kind} learned={learned} />
      ))}
    </>
  );
}

/** The estimated errors of a model: "about 3 in 1,000 pairs". */
function Sureness({ kind, model }: { kind: string; model: ModelReport }) {
  const { t } = useTranslation("identities");
  const format = useFormat();
  if (model.estimated_precision === null || model.estimated_recall === null || model.threshold === null) return null;
  const share = (error: number, of: number) => {
    const some = Math.round(error * of);
    return some < 1 ? t("last.under", { of: format.number(of) }) : t("last.share", { some: format.number(some), of: format.number(of) });
  };
  return (
    <div className="sureness">
      <h3 className="sureness__title">{t(`last.kinds.${kind as "person"}`)}</h3>
      <Facts
        items={[
          { label: t("last.wrong"), value: share(1 - model.estimated_precision, 1000) },
          { label: t("last.missed"), value: share(1 - model.estimated_recall, 100) },
          { label: t("last.threshold"), value: format.percent(model.threshold, 1) },
        ]}
      />
      <p className="small faint">{t("last.estimate")}</p>
    </div>
  );
}

function WhatWasLearned({ kind, learned }: { kind: string; learned: Learned[] }) {
  const { t } = useTranslation("identities");
  const words = useEvidenceWords();
  const bits = useBits();
  const name = `${t("learned.title")}: ${t(`last.kinds.${kind as "person"}`)}`;
  return (
    <details className="panel learned">
      <summary className="panel__head">
        <span className="panel__title">{name}</span>
      </summary>
      <p className="panel__body soft">{t("learned.note")}</p>
      <DataTable
        name={name}
        rows={learned}
        keyOf={(one) => `${one.compared} ${one.level}`}
        nameOf={words}
        compact
        columns={[
          { key: "level", title: t("learned.level"), main: true, render: words },
          { key: "bits", title: t("learned.bits"), numeric: true, render: (one) => bits(one.bits) },
        ]}
      />
    </details>
  );
}

/** What a dry run would join, to whom and why; nothing of it is stored. */
export function LastLook({ run }: { run: Run }) {
  const { t } = useTranslation("identities");
  const format = useFormat();
  const result = resultOf(run);
  const { moved = 0, reviews = 0 } = result;
  const examples = (["key", "model", "review"] as const).filter((kind) => (run.examples[kind] ?? []).length > 0);
  return (
    <Panel title={t("looked.title")} flush>
      <div className="panel__body stack stack--tight">
        <p>{moved === 0 ? t("looked.nothing") : t("looked.answer", { count: moved, formatted: format.number(moved), records: format.number(result.identities), customers: format.number(result.customers) })}</p>
        {reviews > 0 && <p>{t("looked.waiting", { count: reviews, formatted: format.number(reviews) })}</p>}
        {run.at && <p className="small faint">{t("looked.when", { when: format.instant(run.at) })}</p>}
      </div>
      {examples.map((kind) => (
        <section key={kind} className="looked" aria-label={t(`looked.examples.${kind}`)}>
          <h3 className="looked__title">{t(`looked.examples.${kind}`)}</h3>
          <PairList pairs={run.examples[kind] ?? []} name={t(`looked.examples.${kind}`)} />
        </section>
      ))}
    </Panel>
  );
}
