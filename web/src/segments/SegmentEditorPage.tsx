import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Trans, useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { api } from "../api/client";
import { AnswerPage } from "../design/AnswerPage";
import { Button } from "../design/Button";
import { Field } from "../design/Field";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { useFormat } from "../i18n/useFormat";
import { RuleGroup } from "./RuleGroup";
import { emptyCondition, isComplete } from "./rules";
import type { Rule, RuleField, RulePreview, SegmentDetail } from "./types";
import { useSettled } from "./useSettled";
import "./segments.css";

export default function SegmentEditorPage() {
  const { id } = useParams();
  const { t } = useTranslation("segments");
  const fields = useQuery({ queryKey: ["segments", "fields"], queryFn: ({ signal }) => api.get<{ items: RuleField[] }>("/segments/fields", {}, signal).then((page) => page.items) });
  const existing = useQuery({ queryKey: ["segments", "one", id], enabled: Boolean(id), queryFn: ({ signal }) => api.get<SegmentDetail>(`/segments/${encodeURIComponent(id ?? "")}`, {}, signal) });
  const ready = fields.data && (!id || existing.data);
  if (!ready) return <AnswerPage title={t("new")} loading={!fields.error && !existing.error} error={fields.error ?? existing.error} />;
  return <Editor key={id ?? "new"} id={id} fields={fields.data} name={existing.data?.name ?? ""} rule={existing.data?.rule ?? { all: true, parts: [emptyCondition(fields.data)] }} />;
}

function Editor({ id, fields, name: firstName, rule: firstRule }: { id?: string; fields: RuleField[]; name: string; rule: Rule }) {
  const { t } = useTranslation("segments");
  const format = useFormat();
  const go = useNavigate();
  const queries = useQueryClient();
  const [name, setName] = useState(firstName);
  const [rule, setRule] = useState(firstRule);
  const counted = useSettled(rule, 300);
  const complete = isComplete(counted);
  const preview = useQuery({
    queryKey: ["segments", "preview", counted],
    enabled: complete,
    queryFn: () => api.post<RulePreview>("/segments/preview", { rule: counted }),
    placeholderData: (before) => before,
  });
  const save = useMutation({
    mutationFn: () => (id ? api.put<SegmentDetail>(`/segments/${id}`, { name, rule }) : api.post<SegmentDetail>("/segments", { name, rule })),
    onSuccess: (saved) => {
      void queries.invalidateQueries({ queryKey: ["segments"] });
      void go(`/segments/${saved.id}`);
    },
  });
  const count = preview.data;
  return (
    <AnswerPage
      title={id ? t("edit") : t("new")}
      answer={
        <span role="status">
          {complete && count ? (
            <Trans ns="segments" i18nKey="preview" count={count.customers} values={{ customers: format.number(count.customers), share: format.percent(count.spend_share, 1) }} components={{ b: <b /> }} />
          ) : (
            t("previewNothing")
          )}
        </span>
      }
    >
      <Panel title={t("rule.title")}>
        <RuleGroup rule={rule} fields={fields} depth={1} onChange={setRule} />
      </Panel>
      {preview.error && <ProblemView error={preview.error} />}
      {save.error && <ProblemView error={save.error} />}
      <form
        className="row save-segment"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Field label={t("nameLabel")}>
          <input className="input" value={name} maxLength={80} required onChange={(event) => setName(event.target.value)} />
        </Field>
        <Button kind="primary" type="submit" disabled={!name.trim() || !isComplete(rule) || save.isPending}>
          {t("save")}
        </Button>
      </form>
    </AnswerPage>
  );
}
