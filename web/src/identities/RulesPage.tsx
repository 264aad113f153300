import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { answer, client } from "../api/client";
import { useMayAll } from "../api/session";
import { AnswerPage } from "../design/AnswerPage";
import { Button, ButtonLink } from "../design/Button";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { useFormat } from "../i18n/useFormat";
import { useJob } from "../imports/queries";
import { rulesQuery } from "./queries";
import type { FieldRule, RulesState } from "./types";
import "./identities.css";

const KINDS = ["usual", "newest", "trusted", "complete"] as const;

/** Whose word of each field stands where sources differ: tried first, put in force, and taken back. */
export default function RulesPage() {
  const { t } = useTranslation("identities");
  const query = useQuery(rulesQuery);
  const data = query.data;
  return (
    <AnswerPage
      title={t("rules.title")}
      loading={query.isPending}
      error={query.error}
      onRetry={() => void query.refetch()}
      answer={t("rules.answer")}
      note={t("rules.note")}
      actions={
        <ButtonLink icon="left" to="/identities">
          {t("title")}
        </ButtonLink>
      }
    >
      {data && <Rules key={data.at ?? ""} data={data} />}
    </AnswerPage>
  );
}

function Rules({ data }: { data: RulesState }) {
  const { t } = useTranslation("identities");
  const format = useFormat();
  const queries = useQueryClient();
  const mayChange = useMayAll("company");
  const [draft, setDraft] = useState(data.rules);
  const again = () => queries.invalidateQueries({ queryKey: rulesQuery.queryKey });
  const start = useMutation({
    mutationFn: (what: "look" | "save" | "undo") => {
      if (what === "undo") return answer(client.POST("/identities/rules/undo"));
      return what === "look" ? answer(client.POST("/identities/rules/look", { body: { rules: draft } })) : answer(client.POST("/identities/rules", { body: { rules: draft } }));
    },
    onSuccess: () => void again(),
  });
  const job = useJob(data.under_way).data;
  const busy = start.isPending || data.under_way !== null;
  const when = data.at ? format.instant(data.at) : "";
  const same = JSON.stringify(draft) === JSON.stringify(data.rules);
  return (
    <>
      <Panel
        flush
        title={data.at ? (data.by ? t("rules.since", { when, name: data.by.name }) : t("rules.sinceGone", { when })) : t("rules.never")}
        actions={
          mayChange && (
            <>
              <Button icon="search" disabled={busy} onClick={() => start.mutate("look")}>
                {t("rules.look")}
              </Button>
              <Button kind="primary" icon="check" disabled={busy || same} onClick={() => start.mutate("save")}>
                {t("rules.save")}
              </Button>
              {data.may_undo && (
                <Button icon="undo" disabled={busy} onClick={() => start.mutate("undo")}>
                  {t("rules.undo")}
                </Button>
              )}
            </>
          )
        }
      >
        <ul className="rules">
          {draft.map((rule) => (
            <li key={rule.field} className="rule">
              <span className="rule__field">{t(`fields.${rule.field as "name"}`)}</span>
              <RuleChoice rule={rule} sources={data.sources} mayChange={mayChange} onChange={(next) => setDraft(draft.map((one) => (one.field === next.field ? next : one)))} />
            </li>
          ))}
        </ul>
        {!mayChange && <p className="panel__body small faint">{t("rules.mayNot")}</p>}
      </Panel>
      {start.error && <ProblemView error={start.error} />}
      {data.under_way !== null && <p role="status">{t("rules.working", { formatted: format.number(job?.progress_done ?? 0) })}</p>}
      {data.looked && <Looked looked={data.looked} />}
    </>
  );
}

function RuleChoice({ rule, sources, mayChange, onChange }: { rule: FieldRule; sources: string[]; mayChange: boolean; onChange: (rule: FieldRule) => void }) {
  const { t } = useTranslation("identities");
  const order = [...(rule.sources ?? []), ...sources.filter((source) => !rule.sources?.includes(source))];
  const move = (at: number, step: number) => {
    const next = [...order];
    [next[at], next[at + step]] = [next[at + step]!, next[at]!];
    onChange({ ...rule, sources: next });
  };
  return (
    <span className="rule__choice">
      <select className="select" disabled={!mayChange} aria-label={`${t("rules.rule")}: ${t(`fields.${rule.field as "name"}`)}`} value={rule.rule} onChange={(event) => onChange({ ...rule, rule: event.target.value as FieldRule["rule"], sources: event.target.value === "trusted" ? order : [] })}>
        {KINDS.map((kind) => (
          <option key={kind} value={kind}>
            {t(`rules.kinds.${kind}`)}
          </option>
        ))}
      </select>
      {rule.rule === "trusted" && (
        <ol className="rule__sources" aria-label={t("rules.sources")}>
          {order.map((source, at) => (
            <li key={source} className="row">
              <span className="tag">{source}</span>
              <Button kind="text" icon="up" aria-label={t("rules.up", { source })} disabled={!mayChange || at === 0} onClick={() => move(at, -1)} />
              <Button kind="text" icon="down" aria-label={t("rules.down", { source })} disabled={!mayChange || at === order.length - 1} onClick={() => move(at, 1)} />
            </li>
          ))}
        </ol>
      )}
    </span>
  );
}

function Looked({ looked }: { looked: NonNullable<RulesState["looked"]> }) {
  const { t } = useTranslation("identities");
  const format = useFormat();
  const name = (field: string) => t(`fields.${field as "name"}`);
  return (
    <Panel title={looked.changed === 0 ? t("rules.lookedNone") : t("rules.looked", { count: looked.changed, formatted: format.number(looked.changed), of: format.number(looked.customers) })}>
      {looked.changed > 0 && (
        <>
          <p className="soft">{Object.entries(looked.by_field).map(([field, count]) => t("rules.byField", { field: name(field), formatted: format.number(count) })).join(" · ")}</p>
          <ul className="stack stack--tight">
            {looked.examples.map((one) => (
              <li key={one.customer} className="row">
                <Link className="table-name" to={`/customers/${one.customer}/fields`}>
                  {one.name || `#${one.customer}`}
                </Link>
                <span className="small soft">{one.fields.map(name).join(" · ")}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}
