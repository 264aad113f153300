import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { answer, client, type Schema } from "../api/client";
import { useMe } from "../api/session";
import type { Action, ObjectName } from "../api/types";
import { Button } from "../design/Button";
import { Field } from "../design/Field";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { DataTable } from "../design/table/DataTable";
import type { Column } from "../design/table/types";
import { useFormat } from "../i18n/useFormat";
import { Secret } from "./OnceLink";
import { useList } from "./useList";

type Token = Schema<"TokenOut">;
const OBJECTS: ObjectName[] = ["customer", "order", "segment", "import", "prediction", "worklist", "dashboard", "activity", "event", "user", "company", "audit", "job", "view", "source"];
const ACTIONS: Action[] = ["read", "write", "export"];
const lifetimes = ["30", "90", "365"] as const;

export default function TokensSection() {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const tokens = useList(["tokens"], (after, signal) => answer(client.GET("/accounts/tokens", { params: { query: { after } }, signal })));
  const queries = useQueryClient();
  const again = () => queries.invalidateQueries({ queryKey: ["settings", "tokens"] });
  const revoke = useMutation({ mutationFn: (id: number) => answer(client.DELETE("/accounts/tokens/{token_id}", { params: { path: { token_id: id } } })), onSuccess: again });
  const error = tokens.error ?? revoke.error;
  const columns: Column<Token>[] = [
    { key: "name", title: t("tokens.name"), main: true, render: (token) => <strong>{token.name}</strong> },
    { key: "prefix", title: t("tokens.begins"), render: (token) => <code className="soft">{token.prefix}…</code> },
    { key: "scopes", title: t("tokens.scopes"), render: (token) => <code className="small">{token.scopes.join(" ")}</code> },
    { key: "expires", title: t("tokens.expires"), render: (token) => format.instant(token.expires_at) },
    { key: "used", title: t("tokens.used"), render: (token) => (token.last_used_at ? format.instant(token.last_used_at) : "–") },
    {
      key: "revoke",
      title: t("tokens.revoke"),
      render: (token) => (
        <Button kind="danger" icon="trash" aria-label={`${t("tokens.revoke")}: ${token.name}`} onClick={() => revoke.mutate(token.id)}>
          {t("tokens.revoke")}
        </Button>
      ),
    },
  ];
  return (
    <>
      <NewToken onMade={again} />
      <Panel title={t("sections.tokens.name")} flush>
        {error && <ProblemView error={error} onRetry={tokens.retry} />}
        <DataTable name={t("sections.tokens.name")} rows={tokens.rows} keyOf={(token) => String(token.id)} nameOf={(token) => token.name} {...tokens.table} empty={<p className="panel__body soft">{t("tokens.empty")}</p>} columns={columns} />
      </Panel>
    </>
  );
}

/** A token never reaches further than its maker: only what they may do themselves is offered. */
function NewToken({ onMade }: { onMade: () => void }) {
  const { t } = useTranslation("settings");
  const me = useMe();
  const form = useRef<HTMLFormElement>(null);
  const create = useMutation({
    mutationFn: (body: Schema<"TokenIn">) => answer(client.POST("/accounts/tokens", { body })),
    onSuccess: () => {
      form.current?.reset();
      onMade();
    },
  });
  return (
    <Panel title={t("tokens.new")}>
      <form
        ref={form}
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          const given = new FormData(event.currentTarget);
          create.mutate({ name: String(given.get("name")), scopes: given.getAll("scope").map(String), days: Number(given.get("days")) });
        }}
      >
        <div className="row row--end">
          <Field label={t("tokens.name")}>
            <input className="input" name="name" required maxLength={100} />
          </Field>
          <Field label={t("tokens.lifetime")}>
            <select className="select" name="days" defaultValue="90">
              {lifetimes.map((days) => (
                <option key={days} value={days}>
                  {t("tokens.days", { count: Number(days), formatted: days })}
                </option>
              ))}
            </select>
          </Field>
        </div>
        <table className="table table--compact token-scopes" aria-label={t("tokens.scopes")}>
          <thead>
            <tr>
              <th scope="col">{t("tokens.scopes")}</th>
              {ACTIONS.map((action) => (
                <th scope="col" key={action}>
                  {t(`tokens.${action}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {OBJECTS.filter((object) => me?.permissions[object]).map((object) => (
              <tr key={object}>
                <th scope="row">{t(`objects.${object}`)}</th>
                {ACTIONS.map((action) => (
                  <td key={action}>{me?.permissions[object]?.[action] && <input type="checkbox" name="scope" value={`${object}:${action}`} aria-label={`${t(`objects.${object}`)}: ${t(`tokens.${action}`)}`} />}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {create.error && <ProblemView error={create.error} />}
        <div>
          <Button kind="primary" type="submit" disabled={create.isPending}>
            {t("tokens.create")}
          </Button>
        </div>
        {create.data && (
          <div className="stack stack--tight" role="status">
            <p>{t("tokens.once")}</p>
            <Secret text={create.data.secret} />
          </div>
        )}
      </form>
    </Panel>
  );
}
