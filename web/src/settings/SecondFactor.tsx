import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { answer, client, type Schema } from "../api/client";
import { sessionQuery } from "../api/session";
import { Button } from "../design/Button";
import { Field } from "../design/Field";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { Secret } from "./OnceLink";

type Started = Schema<"FactorStarted">;

/** Off, being set up, on: one step at a time; the recovery codes are shown once, until they are said to be kept. */
export function SecondFactor({ on }: { on: boolean }) {
  const { t } = useTranslation("settings");
  const [started, setStarted] = useState<Started | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  return (
    <Panel title={t("factor.title")}>
      {codes ? (
        <Codes codes={codes} onKept={() => setCodes(null)} />
      ) : started && !on ? (
        <Confirm started={started} onDone={setCodes} />
      ) : on ? (
        <Remove onDone={() => setStarted(null)} />
      ) : (
        <Start onDone={setStarted} />
      )}
    </Panel>
  );
}

function useRenewed() {
  const queries = useQueryClient();
  return () => void queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
}

/** One step of the way: what it asks for, what was wrong with it, and its button. */
function Step({ doing, label, kind, onGiven, children }: { doing: { error: Error | null; isPending: boolean }; label: string; kind?: "primary"; onGiven: (given: (name: string) => string) => void; children: ReactNode }) {
  return (
    <form
      className="settings__form"
      onSubmit={(event) => {
        event.preventDefault();
        const given = new FormData(event.currentTarget);
        onGiven((name) => String(given.get(name)));
      }}
    >
      {children}
      {doing.error && <ProblemView error={doing.error} />}
      <Button kind={kind} type="submit" disabled={doing.isPending}>
        {label}
      </Button>
    </form>
  );
}

function Start({ onDone }: { onDone: (started: Started) => void }) {
  const { t } = useTranslation("settings");
  const start = useMutation({ mutationFn: (password: string) => answer(client.POST("/accounts/me/second-factor", { body: { password } })), onSuccess: onDone });
  return (
    <Step doing={start} label={t("factor.start")} onGiven={(given) => start.mutate(given("password"))}>
      <p className="soft">{t("factor.off")}</p>
      <PasswordField />
    </Step>
  );
}

function Confirm({ started, onDone }: { started: Started; onDone: (codes: string[]) => void }) {
  const { t } = useTranslation("settings");
  const renewed = useRenewed();
  const confirm = useMutation({
    mutationFn: (code: string) => answer(client.POST("/accounts/me/second-factor/confirm", { body: { code } })),
    onSuccess: ({ codes }) => {
      onDone(codes);
      renewed();
    },
  });
  return (
    <Step doing={confirm} label={t("factor.confirm")} kind="primary" onGiven={(given) => confirm.mutate(given("code"))}>
      <p>{t("factor.lead")}</p>
      <img className="factor__picture" src={started.picture} alt={t("factor.picture")} />
      <div>
        <p className="soft small">{t("factor.key")}</p>
        <Secret text={started.secret} />
      </div>
      <CodeField />
    </Step>
  );
}

function Codes({ codes, onKept }: { codes: string[]; onKept: () => void }) {
  const { t } = useTranslation("settings");
  return (
    <div className="settings__form" role="status">
      <p>{t("factor.codes")}</p>
      <Secret text={codes.join("\n")} />
      <Button kind="primary" onClick={onKept}>
        {t("factor.kept")}
      </Button>
    </div>
  );
}

function Remove({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation("settings");
  const renewed = useRenewed();
  const remove = useMutation({
    mutationFn: (body: Schema<"FactorRemove">) => answer(client.POST("/accounts/me/second-factor/remove", { body })),
    onSuccess: () => {
      onDone();
      renewed();
    },
  });
  return (
    <Step doing={remove} label={t("factor.remove")} onGiven={(given) => remove.mutate({ password: given("password"), code: given("code") })}>
      <p className="soft">{t("factor.on")}</p>
      <PasswordField />
      <CodeField />
    </Step>
  );
}

function PasswordField() {
  const { t } = useTranslation("settings");
  return (
    <Field label={t("account.old")}>
      <input className="input input--wide" type="password" name="password" autoComplete="current-password" required />
    </Field>
  );
}

function CodeField() {
  const { t } = useTranslation("settings");
  return (
    <Field label={t("factor.code")}>
      <input className="input input--wide" name="code" autoComplete="one-time-code" maxLength={40} required />
    </Field>
  );
}
