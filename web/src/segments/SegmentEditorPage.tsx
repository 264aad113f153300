import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Trans, useTranslation } from "react-i18next";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { answer, client } from "../api/client";
import { AnswerPage } from "../design/AnswerPage";
import { Button, ButtonLink } from "../design/Button";
import { Field } from "../design/Field";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { Skeleton } from "../design/Skeleton";
import { useFormat } from "../i18n/useFormat";
import { customersWith } from "../shell/links";
import { fieldsQuery, segmentQuery } from "./queries";
import { RuleGroup } from "./RuleGroup";
import { emptyLeaf, isComplete, treeFrom } from "./rules";
import type { RuleField, Tree } from "./types";
import { useSettled } from "./useSettled";
import "./segments.css";

export default function SegmentEditorPage() {
  const { id } = useParams();
  const { t } = useTranslation("segments");
  const [asked] = useSearchParams();
  const fields = useQuery(fieldsQuery);
  const existing = useQuery({ ...segmentQuery(Number(id)), enabled: id !== undefined });
  const ready = fields.data && (id === undefined || existing.data);
  const error = fields.error ?? (id === undefined ? null : existing.error);
  if (!ready || error) return <AnswerPage title={id ? t("edit") : t("new")} loading={!error} error={error} skeleton={<Skeleton height={240} />} />;
  const given = fields.data.items as RuleField[];
  const first = given.find((field) => field.field === "spend") ?? given[0];
  const tree = (existing.data?.definition as unknown as Tree | undefined) ?? treeFrom(asked.get("definition")) ?? { op: "and", rules: first ? [emptyLeaf(first)] : [] };
  return <Editor id={id === undefined ? undefined : Number(id)} fields={given} start={{ tree, name: existing.data?.name ?? "", is_shared: existing.data?.is_shared ?? false }} />;
}

function Editor({ id, fields, start }: { id: number | undefined; fields: RuleField[]; start: { tree: Tree; name: string; is_shared: boolean } }) {
  const { t } = useTranslation("segments");
  const go = useNavigate();
  const queries = useQueryClient();
  const [tree, setTree] = useState(start.tree);
  const [about, setAbout] = useState({ name: start.name, is_shared: start.is_shared });
  const save = useMutation({
    mutationFn: () => {
      const body = { name: about.name.trim(), is_shared: about.is_shared, definition: tree as unknown as Record<string, unknown> };
      return id === undefined ? answer(client.POST("/segments", { body })) : answer(client.PATCH("/segments/{segment_id}", { params: { path: { segment_id: id } }, body }));
    },
    onSuccess: (saved) => {
      void queries.invalidateQueries({ queryKey: ["segments"] });
      void go(`/segments/${saved.id}`);
    },
  });
  const complete = isComplete(tree);
  return (
    <AnswerPage title={id === undefined ? t("new") : t("edit")} answer={<Preview tree={tree} complete={complete} />} actions={complete && <ButtonLink to={customersWith({ rules: tree })}>{t("seeList")}</ButtonLink>}>
      <Panel title={t("rule.title")}>
        <RuleGroup tree={tree} fields={fields} depth={1} onChange={setTree} />
      </Panel>
      <form
        className="row save-segment"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Field label={t("nameLabel")}>
          <input className="input input--wide" required maxLength={100} value={about.name} onChange={(event) => setAbout({ ...about, name: event.target.value })} />
        </Field>
        <label className="check">
          <input type="checkbox" checked={about.is_shared} onChange={(event) => setAbout({ ...about, is_shared: event.target.checked })} />
          {t("share")}
        </label>
        <Button kind="primary" type="submit" disabled={!complete || about.name.trim() === "" || save.isPending}>
          {t("save")}
        </Button>
      </form>
      {save.error && <ProblemView error={save.error} />}
    </AnswerPage>
  );
}

/** How many there are, as the rule stands; counted again when the reader has stopped typing. */
function Preview({ tree, complete }: { tree: Tree; complete: boolean }) {
  const { t } = useTranslation("segments");
  const format = useFormat();
  const settled = useSettled(complete ? JSON.stringify(tree) : "", 350);
  const count = useQuery({
    queryKey: ["segments", "count", settled],
    enabled: complete && settled !== "",
    queryFn: ({ signal }) => answer(client.POST("/segments/count", { body: { definition: JSON.parse(settled) as Record<string, unknown> }, signal })),
    placeholderData: (before) => before,
  });
  if (!complete) return <span role="status">{t("previewNothing")}</span>;
  if (count.error) return <ProblemView error={count.error} />;
  if (!count.data) return <Skeleton width={320} height={28} />;
  const { customers, exact, spend_share } = count.data;
  const values = { customers: format.number(customers), share: spend_share === null ? "" : format.percent(spend_share, 1) };
  return (
    <span role="status" aria-busy={count.isFetching}>
      <Trans ns="segments" i18nKey={!exact ? "previewMore" : spend_share === null ? "previewPlain" : "preview"} count={customers} values={values} components={{ b: <b /> }} />
    </span>
  );
}
