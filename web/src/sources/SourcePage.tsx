import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { answer, client } from "../api/client";
import { useMay } from "../api/session";
import { AnswerPage } from "../design/AnswerPage";
import { Button, ButtonLink } from "../design/Button";
import { Dialog } from "../design/Dialog";
import { EmptyState } from "../design/EmptyState";
import { Field } from "../design/Field";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { useFormat } from "../i18n/useFormat";
import { sourceQuery } from "./queries";
import { StreamPanel } from "./StreamPanel";
import type { Source } from "./types";
import "./sources.css";

export default function SourcePage() {
  const { t } = useTranslation("sources");
  const { id } = useParams();
  const mayWrite = useMay("source");
  const source = useQuery(sourceQuery(Number(id)));
  const data = source.data;
  const stored = data?.streams.reduce((sum, stream) => sum + stream.stored_rows, 0) ?? 0;
  const format = useFormat();
  const take = mayWrite && data && (
    <ButtonLink kind="primary" icon="plus" to={`/sources/${data.id}/new`}>
      {t("take")}
    </ButtonLink>
  );
  return (
    <AnswerPage
      title={data?.name ?? t("title")}
      loading={source.isPending}
      error={source.error}
      onRetry={() => void source.refetch()}
      answer={data && (data.streams.length === 0 ? t("one.none") : t("one.answer", { count: stored, formatted: format.number(stored) }))}
      note={data && [data.kind === "sql" ? t(`sql.dialects.${String(data.settings.dialect) as "postgresql"}`) : t("kinds.rest"), placeOf(data), t("one.code", { code: data.source })].join(" · ")}
      actions={take}
    >
      {data?.streams.length === 0 && (
        <EmptyState icon="sources" title={t("one.emptyTitle")} action={take}>
          {t("one.emptyText")}
        </EmptyState>
      )}
      {data?.streams.map((stream) => <StreamPanel key={stream.id} stream={stream} />)}
      {data && mayWrite && <Access source={data} />}
    </AnswerPage>
  );
}

function placeOf({ kind, settings }: Source): string {
  if (kind === "rest") return String(settings.base_url);
  const place = settings.host ? `${String(settings.host)}${settings.port ? `:${String(settings.port)}` : ""}/` : "";
  return `${place}${String(settings.database)}`;
}

/** The secret, and the end of the source. */
function Access({ source }: { source: Source }) {
  const { t } = useTranslation("sources");
  const queries = useQueryClient();
  const go = useNavigate();
  const [removing, setRemoving] = useState(false);
  const path = { params: { path: { source_id: source.id } } };
  const stale = () => queries.invalidateQueries({ queryKey: ["sources"] });
  const names = source.kind === "sql" ? ["password"] : source.settings.auth === "token" ? ["client_id", "client_secret"] : ["secret"];
  const save = useMutation({ mutationFn: (secrets: Record<string, string>) => answer(client.PATCH("/sources/{source_id}", { ...path, body: { secrets } })), onSuccess: stale });
  const remove = useMutation({
    mutationFn: () => answer(client.DELETE("/sources/{source_id}", path)),
    onSuccess: async () => {
      await go("/sources");
      await stale();
    },
  });
  return (
    <Panel title={source.settings.dialect === "sqlite" ? t("access.end") : t("access.title")}>
      <form
        className="sources__secrets"
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          const given = new FormData(form);
          save.mutate(Object.fromEntries(names.map((name) => [name, String(given.get(name))])), { onSuccess: () => form.reset() });
        }}
      >
        {source.settings.dialect !== "sqlite" && (
          <>
            {names.map((name) => (
              <Field key={name} label={t(`secrets.${name as "password"}`)} hint={source.has_secret ? t("access.kept") : t("access.absent")}>
                <input className="input" name={name} type="password" autoComplete="off" required maxLength={10_000} />
              </Field>
            ))}
            <Button type="submit" disabled={save.isPending}>
              {t("access.save")}
            </Button>
          </>
        )}
        <Button kind="danger" icon="trash" onClick={() => setRemoving(true)}>
          {t("remove")}
        </Button>
      </form>
      {save.isSuccess && <p role="status">{t("access.saved")}</p>}
      {save.error && <ProblemView error={save.error} />}
      <Dialog open={removing} title={t("removeTitle", { name: source.name })} onClose={() => setRemoving(false)}>
        <p>{t("removeText")}</p>
        {remove.error && <ProblemView error={remove.error} />}
        <div className="row row--end">
          <Button onClick={() => setRemoving(false)}>{t("keep")}</Button>
          <Button kind="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
            {t("remove")}
          </Button>
        </div>
      </Dialog>
    </Panel>
  );
}
