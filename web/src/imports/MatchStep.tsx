import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import { Button } from "../design/Button";
import { Field } from "../design/Field";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import type { ImportDetail } from "./types";

export function MatchStep({ data, onNext }: { data: ImportDetail; onNext: (next: ImportDetail) => void }) {
  const { t } = useTranslation("imports");
  const [mapping, setMapping] = useState<Record<string, string | null>>(() => Object.fromEntries(data.columns.map((column) => [column.name, column.field])));
  const [options, setOptions] = useState(data.options);
  const check = useMutation({
    mutationFn: () => api.post<ImportDetail>(`/imports/${data.id}/dry-run`, { mapping, options }),
    onSuccess: onNext,
  });
  const used = new Set(Object.values(mapping).filter(Boolean));
  const missing = data.fields.filter((field) => field.required && !used.has(field.field));
  return (
    <div className="stack">
      <Panel title={t("match.title")} flush>
        <div className="table-scroll" tabIndex={0} role="region" aria-label={t("match.scroll")}>
          <table className="table" aria-label={t("match.title")}>
            <thead>
              <tr>
                <th scope="col">{t("match.column")}</th>
                <th scope="col">{t("match.samples")}</th>
                <th scope="col">{t("match.field")}</th>
                <th scope="col">{t("match.how")}</th>
              </tr>
            </thead>
            <tbody>
              {data.columns.map((column) => (
                <tr key={column.name}>
                  <td>
                    <strong>{column.name}</strong>
                  </td>
                  <td className="soft">{column.samples.join(" · ")}</td>
                  <td>
                    <select
                      className="select"
                      aria-label={t("match.fieldOf", { column: column.name })}
                      value={mapping[column.name] ?? ""}
                      onChange={(event) => setMapping({ ...mapping, [column.name]: event.target.value || null })}
                    >
                      <option value="">{t("match.leave")}</option>
                      {data.fields.map((field) => (
                        <option key={field.field} value={field.field} disabled={used.has(field.field) && mapping[column.name] !== field.field}>
                          {field.label}
                          {field.required ? " *" : ""}
                        </option>
                      ))}
                    </select>
                  </td>
                  <td>{column.guessed_by && mapping[column.name] === column.field ? <span className="tag tag--gain">{t(`match.by.${column.guessed_by}`)}</span> : <span className="faint">–</span>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Panel>
      <Panel title={t("options.title")}>
        <div className="options">
          <Field label={t("options.currency")} hint={t("options.currencyHint")}>
            <input className="input" value={options.currency} maxLength={3} onChange={(event) => setOptions({ ...options, currency: event.target.value.toUpperCase() })} />
          </Field>
          <Field label={t("options.mode")} hint={t("options.modeHint")}>
            <select className="select" value={options.mode} onChange={(event) => setOptions({ ...options, mode: event.target.value as "history" | "live" })}>
              <option value="history">{t("options.history")}</option>
              <option value="live">{t("options.live")}</option>
            </select>
          </Field>
          <Field label={t("options.identical")} hint={t("options.identicalHint")}>
            <select className="select" value={options.identical} onChange={(event) => setOptions({ ...options, identical: event.target.value as "keep" | "once" })}>
              <option value="keep">{t("options.keep")}</option>
              <option value="once">{t("options.once")}</option>
            </select>
          </Field>
        </div>
      </Panel>
      {missing.length > 0 && (
        <p className="problem" role="status">
          {t("match.missing", { fields: missing.map((field) => field.label).join(" · ") })}
        </p>
      )}
      {check.error && <ProblemView error={check.error} />}
      <div className="row">
        <Button kind="primary" disabled={missing.length > 0 || check.isPending} onClick={() => check.mutate()}>
          {check.isPending ? t("checking") : t("check")}
        </Button>
        <span className="soft">{t("checkHint")}</span>
      </div>
    </div>
  );
}
