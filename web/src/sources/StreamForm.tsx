import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../design/Button";
import { Field, Segmented } from "../design/Field";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { useKinds } from "../imports/queries";
import { KINDS } from "../imports/types";
import "../imports/imports.css";
import { assigned, cursorsOf, missingOf, samplesOf } from "./matching";
import type { FieldMap, Preview, Settings, Source } from "./types";

export interface Agreed {
  name: string;
  kind: string;
  definition: Settings;
  mapping: FieldMap;
  every_minutes: number;
  changed: "replace" | "add";
  columns?: Record<string, string>;
}

interface Props {
  source: Source;
  preview: Preview;
  first: Agreed;
  busy: boolean;
  error: unknown;
  label: string;
  hint: string;
  /** Fields that are asked about although they have no column: theirs is gone. */
  lost?: string[];
  onKeep?: () => void;
  onKind?: (kind: string) => void;
  onDone: (agreed: Agreed) => void;
}

type Kind = (typeof KINDS)[number];
type FieldName = "order_number";

/** What of the rows is which field, and how often they are asked for. The words of fields are those of the imports. */
export function StreamForm({ source, preview, first, busy, error, label, hint, lost = [], onKeep, onKind, onDone }: Props) {
  const { t } = useTranslation("sources");
  const { t: words } = useTranslation("imports");
  const [said, setSaid] = useState(first);
  const [added, setAdded] = useState<string[]>(lost);
  const fields = useKinds().data?.find(({ name }) => name === said.kind)?.fields ?? [];
  const set = (change: Partial<Agreed>) => setSaid({ ...said, ...change });
  const nameOf = (field: string) => words(`field.${field as FieldName}`);
  const isPartial = Boolean(said.definition.cursor ?? said.definition.incremental);
  const missing = missingOf(said.kind, fields.filter(({ required }) => required).map(({ name }) => name), said.mapping, isPartial);
  const shown = fields.filter(({ name, required }) => required || said.mapping[name] || added.includes(name));
  const free = fields.filter((field) => !shown.includes(field));
  const rest = preview.columns.filter(({ name }) => !Object.values(said.mapping).includes(name));
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        onDone({ ...said, columns: Object.fromEntries(preview.columns.map(({ name, family }) => [name, family])) });
      }}
    >
      <Panel
        title={t("setup.columns")}
        flush
        actions={
          onKind && (
            <label className="row">
              <span className="soft">{t("setup.kind")}</span>
              <select className="select" value={said.kind} onChange={(event) => onKind(event.target.value)}>
                {KINDS.map((kind: Kind) => (
                  <option key={kind} value={kind}>
                    {words(`kinds.${kind}`)}
                  </option>
                ))}
              </select>
            </label>
          )
        }
      >
        <div className="table-scroll" tabIndex={0} role="region" aria-label={words("match.scroll")}>
          <table className="table match" aria-label={t("setup.columns")}>
            <thead>
              <tr>
                <th scope="col">{words("match.field")}</th>
                <th scope="col">{t("setup.column")}</th>
                <th scope="col">{words("match.samples")}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map(({ name, required }) => (
                <tr key={name} className={missing.fields.includes(name) || (lost.includes(name) && !said.mapping[name]) ? "match__missing" : undefined}>
                  <th scope="row">
                    {nameOf(name)}
                    {required && <span className="faint"> {words("match.required")}</span>}
                  </th>
                  <td>
                    <select className="select" aria-label={words("match.columnOf", { field: nameOf(name) })} value={said.mapping[name] ?? ""} onChange={(event) => set({ mapping: assigned(said.mapping, name, event.target.value) })}>
                      <option value="">{words("match.none")}</option>
                      {preview.columns.map((column) => (
                        <option key={column.name} value={column.name}>
                          {column.name}
                        </option>
                      ))}
                    </select>
                  </td>
                  <td className="soft sources__samples">{samplesOf(preview, said.mapping[name] ?? "").join(" · ") || "–"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        {free.length > 0 && (
          <div className="panel__body row">
            <label className="row">
              {words("match.more")}
              <select className="select" value="" onChange={(event) => setAdded([...added, event.target.value])}>
                <option value="">{words("match.chooseField")}</option>
                {free.map(({ name }) => (
                  <option key={name} value={name}>
                    {nameOf(name)}
                  </option>
                ))}
              </select>
            </label>
          </div>
        )}
      </Panel>
      {rest.length > 0 && (
        <p className="soft small">
          {words("match.extras", { count: rest.length, formatted: rest.length })}: {rest.map(({ name }) => name).join(", ")}
        </p>
      )}
      <Panel title={t("setup.when")}>
        <div className="sources__form">
          <Field label={t("setup.name")}>
            <input className="input" required maxLength={100} value={said.name} onChange={(event) => set({ name: event.target.value })} />
          </Field>
          {source.kind === "sql" && (
            <Field label={t("setup.cursor")} hint={said.definition.cursor ? t("setup.cursorHint") : t("setup.wholeHint")}>
              <select className="select" value={typeof said.definition.cursor === "string" ? said.definition.cursor : ""} onChange={(event) => set({ definition: { ...said.definition, cursor: event.target.value } })}>
                <option value="">{t("setup.noCursor")}</option>
                {cursorsOf(preview).map((column) => (
                  <option key={column} value={column}>
                    {column}
                  </option>
                ))}
              </select>
            </Field>
          )}
          <Field label={t("setup.every")} hint={t("setup.everyHint")}>
            <input className="input" type="number" required min={1} max={10_080} value={said.every_minutes} onChange={(event) => set({ every_minutes: Number(event.target.value) })} />
          </Field>
          {said.kind === "orders" && (
            <div className="field">
              <span className="field__label">{t("setup.changed")}</span>
              <Segmented
                label={t("setup.changed")}
                value={said.changed}
                options={[
                  { value: "replace", label: t("setup.replace") },
                  { value: "add", label: t("setup.addTo") },
                ]}
                onChange={(changed) => set({ changed })}
              />
              <span className="field__hint">{t(said.changed === "replace" ? "setup.replaceHint" : "setup.addHint")}</span>
            </div>
          )}
        </div>
      </Panel>
      {missing.fields.length > 0 && (
        <p className="problem" role="status">
          {words("match.missing", { fields: missing.fields.map(nameOf).join(" · ") })}
        </p>
      )}
      {!missing.money && (
        <p className="problem" role="status">
          {words("match.noMoney")}
        </p>
      )}
      {error !== null && error !== undefined && <ProblemView error={error} />}
      <div className="row">
        <Button kind="primary" type="submit" disabled={busy || missing.fields.length > 0 || !missing.money}>
          {label}
        </Button>
        {onKeep && <Button onClick={onKeep}>{t("keep")}</Button>}
        <span className="soft">{hint}</span>
      </div>
    </form>
  );
}
