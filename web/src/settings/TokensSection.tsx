import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import type { Permission } from "../api/types";
import { Button } from "../design/Button";
import { Field } from "../design/Field";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { DataTable } from "../design/table/DataTable";
import { useFormat } from "../i18n/useFormat";
import type { NewToken, TokenRow } from "./types";
import { useList } from "./useList";

const scopes: Permission[] = ["import", "export", "assign", "manage", "audit"];
const lifetimes = ["30", "90", "365"] as const;

export default function TokensSection() {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const tokens = useList<TokenRow>("/tokens");
  const queries = useQueryClient();
  const again = () => queries.invalidateQueries({ queryKey: ["settings", "/tokens"] });
  const create = useMutation({ mutationFn: (body: { name: string; scopes: string[]; days: number }) => api.post<NewToken>("/tokens", body), onSuccess: again });
  const revoke = useMutation({ mutationFn: (id: string) => api.delete(`/tokens/${id}`), onSuccess: again });
  return (
    <>
      <Panel title={t("tokens.new")}>
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            const form = new FormData(event.currentTarget);
            create.mutate({ name: String(form.get("name")), scopes: form.getAll("scope").map(String), days: Number(form.get("days")) });
          }}
        >
          <div className="row" style={{ alignItems: "end" }}>
            <Field label={t("tokens.name")}>
              <input className="input" name="name" required maxLength={80} />
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
          <fieldset className="plain-fieldset row">
            <legend className="field__label">{t("tokens.scopes")}</legend>
            {scopes.map((scope) => (
              <label className="check" key={scope}>
                <input type="checkbox" name="scope" value={scope} />
                {t(`scopes.${scope}`)}
              </label>
            ))}
          </fieldset>
          {create.error && <ProblemView error={create.error} />}
          <div>
            <Button kind="primary" type="submit" disabled={create.isPending}>
              {t("tokens.create")}
            </Button>
          </div>
          {create.data && (
            <div className="stack stack--tight" role="status">
              <p>{t("tokens.once")}</p>
              <p className="secret">{create.data.secret}</p>
            </div>
          )}
        </form>
      </Panel>
      <Panel title={t("sections.tokens.name")} flush>
        {(tokens.error ?? revoke.error) ? (
          <ProblemView error={tokens.error ?? revoke.error} onRetry={tokens.retry} />
        ) : (
          <DataTable
            name={t("sections.tokens.name")}
            rows={tokens.rows}
            keyOf={(token) => token.id}
            nameOf={(token) => token.name}
            {...tokens.table}
            empty={<p className="panel__body soft">{t("tokens.empty")}</p>}
            columns={[
              { key: "name", title: t("tokens.name"), main: true, render: (token) => token.name },
              { key: "scopes", title: t("tokens.scopes"), render: (token) => token.scopes.map((scope) => t(`scopes.${scope}`)).join(" · ") || t("scopes.read") },
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
            ]}
          />
        )}
      </Panel>
    </>
  );
}
