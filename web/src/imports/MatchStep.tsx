import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, client } from "../api/client";
import { Button } from "../design/Button";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { useFormat } from "../i18n/useFormat";
import { FileOptionsPanel } from "./FileOptionsPanel";
import { assigned, givenOf, hasMoney, samplesOf, type Overrides } from "./matching";
import { spelled, useKinds } from "./queries";
import type { FileOptions, ImportDetail, ImportKind } from "./types";

type FieldName = "order_number";

/** Each field with its column, how sure that is, and what stands in it. Every change is matched again at once. */
export function MatchStep({ data, onNext }: { data: ImportDetail; onNext: (next: ImportDetail) => void }) {
  const { t } = useTranslation("imports");
  const [overrides, setOverrides] = useState<Overrides>(() => givenOf(data));
  // Asked for, and still without a column: which one it is, only the person says.
  const [added, setAdded] = useState<string[]>([]);
  const fields = useKinds().data?.find((kind) => kind.name === data.kind)?.fields ?? [];
  const path = { params: { path: { import_id: data.id } } };
  const match = useMutation({
    mutationFn: (said: { overrides: Overrides; options: FileOptions; kind?: ImportKind; anew?: boolean }) =>
      answer(client.POST("/imports/{import_id}/match", { ...path, body: { overrides: said.overrides, options: said.options, kind: said.kind ?? null, anew: said.anew ?? false } })).then(spelled<ImportDetail>),
    onSuccess: (next, said) => {
      setOverrides(said.overrides);
      onNext(next);
    },
  });
  const check = useMutation({ mutationFn: () => answer(client.POST("/imports/{import_id}/check", path)).then(spelled<ImportDetail>), onSuccess: onNext });
  const matched = fields.filter((field) => data.mapping.fields[field.name] || data.mapping.missing.includes(field.name) || field.required || added.includes(field.name));
  const free = fields.filter((field) => !matched.includes(field));
  const say = (field: string, column: string) => match.mutate({ overrides: assigned(data, overrides, field, column), options: data.options });
  const nameOf = (field: string) => t(`field.${field as FieldName}`);
  return (
    <div className="stack">
      {data.reason && <ProblemView body={{ ...data.reason, where: data.reason.where ?? undefined }} />}
      {data.mapping.recalled !== null && (
        <p className="row note" role="status">
          <span>{t("match.recalled", { number: data.mapping.recalled })}</span>
          <Button disabled={match.isPending} onClick={() => match.mutate({ overrides: {}, options: data.options, anew: true })}>
            {t("match.anew")}
          </Button>
        </p>
      )}
      <Panel
        title={t("match.title")}
        flush
        actions={
          <label className="row">
            <span className="soft">{t("about.kind")}</span>
            <select className="select" value={data.kind} disabled={match.isPending} onChange={(event) => match.mutate({ overrides: {}, options: data.options, kind: event.target.value as ImportKind })}>
              {(["orders", "customers", "products", "interactions"] as const).map((kind) => (
                <option key={kind} value={kind}>
                  {t(`kinds.${kind}`)}
                </option>
              ))}
            </select>
          </label>
        }
      >
        <div className="table-scroll" tabIndex={0} role="region" aria-label={t("match.scroll")}>
          <table className="table match" aria-label={t("match.title")} aria-busy={match.isPending}>
            <thead>
              <tr>
                <th scope="col">{t("match.field")}</th>
                <th scope="col">{t("match.column")}</th>
                <th scope="col">{t("match.samples")}</th>
                <th scope="col">{t("match.how")}</th>
              </tr>
            </thead>
            <tbody>
              {matched.map((field) => (
                <FieldLine key={field.name} name={nameOf(field.name)} field={field} data={data} disabled={match.isPending} fresh={added.includes(field.name)} onColumn={(column) => say(field.name, column)} />
              ))}
            </tbody>
          </table>
        </div>
        {free.length > 0 && (
          <div className="panel__body row">
            <label className="row">
              {t("match.more")}
              <select className="select" value="" disabled={match.isPending} onChange={(event) => setAdded([...added, event.target.value])}>
                <option value="">{t("match.chooseField")}</option>
                {free.map((field) => (
                  <option key={field.name} value={field.name}>
                    {nameOf(field.name)}
                  </option>
                ))}
              </select>
            </label>
          </div>
        )}
      </Panel>
      <Extras data={data} />
      <FileOptionsPanel data={data} busy={match.isPending} onOptions={(options) => match.mutate({ overrides, options })} />
      {match.error && <ProblemView error={match.error} />}
      {!hasMoney(data) && (
        <p className="problem" role="status">
          {t("match.noMoney")}
        </p>
      )}
      {data.mapping.missing.length > 0 && (
        <p className="problem" role="status">
          {t("match.missing", { fields: data.mapping.missing.map(nameOf).join(" · ") })}
        </p>
      )}
      {check.error && <ProblemView error={check.error} />}
      <div className="row">
        <Button kind="primary" disabled={!hasMoney(data) || data.mapping.missing.length > 0 || check.isPending || match.isPending} onClick={() => check.mutate()}>
          {t("check")}
        </Button>
        <span className="soft">{t("checkHint")}</span>
      </div>
    </div>
  );
}

function FieldLine({ name, field, data, disabled, fresh, onColumn }: { name: string; field: { name: string; required: boolean }; data: ImportDetail; disabled: boolean; fresh: boolean; onColumn: (column: string) => void }) {
  const { t } = useTranslation("imports");
  const format = useFormat();
  const match = data.mapping.fields[field.name];
  const near = match?.alternatives ?? [];
  const others = data.profile.columns.filter((column) => column !== match?.name && !near.includes(column));
  return (
    <tr className={data.mapping.missing.includes(field.name) || (!match && field.required) ? "match__missing" : undefined}>
      <th scope="row">
        {name}
        {field.required && <span className="faint"> {t("match.required")}</span>}
      </th>
      <td>
        <select className="select" autoFocus={fresh && !match} aria-label={t("match.columnOf", { field: name })} disabled={disabled} value={match?.name ?? ""} onChange={(event) => onColumn(event.target.value)}>
          {match && <option value={match.name}>{match.name}</option>}
          <option value="">{t("match.none")}</option>
          {near.length > 0 && (
            <optgroup label={t("match.near")}>
              {near.map((column) => (
                <option key={column}>{column}</option>
              ))}
            </optgroup>
          )}
          <optgroup label={t("match.others")}>
            {others.map((column) => (
              <option key={column}>{column}</option>
            ))}
          </optgroup>
        </select>
      </td>
      <td className="soft match__samples">{match ? samplesOf(data.profile, match.column).join(" · ") : "–"}</td>
      <td>
        {match ? (
          <span className={`tag ${match.confidence >= 0.9 ? "tag--gain" : "tag--attention"}`}>
            {match.by === "given" || match.by === "recalled" ? t(`match.by.${match.by}`) : t("match.sure", { by: t(`match.by.${match.by}`), share: format.percent(match.confidence) })}
          </span>
        ) : (
          <span className="faint">–</span>
        )}
      </td>
    </tr>
  );
}

/** Columns without a field are not thrown away. */
function Extras({ data }: { data: ImportDetail }) {
  const { t } = useTranslation("imports");
  const { extras } = data.mapping;
  if (extras.length === 0) return null;
  return (
    <Panel title={t("match.extras", { count: extras.length, formatted: String(extras.length) })}>
      <ul className="extras">
        {extras.map((column) => (
          <li key={column}>
            <strong>{data.profile.columns[column]}</strong> <span className="soft">{samplesOf(data.profile, column, 2).join(" · ")}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
