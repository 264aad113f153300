import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { answer, client, type Schema } from "../api/client";
import { sessionQuery, useMe } from "../api/session";
import { Button } from "../design/Button";
import { Field } from "../design/Field";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { NewPasswordField } from "../entry/PasswordField";
import { SecondFactor } from "./SecondFactor";

function useSave() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Schema<"MeIn">) => answer(client.PATCH("/accounts/me", { body })),
    onSuccess: (me) => queries.setQueryData(sessionQuery.queryKey, me),
  });
}

export default function AccountSection() {
  const { t } = useTranslation(["settings", "entry"]);
  const me = useMe();
  const rename = useSave();
  const password = useSave();
  const form = useRef<HTMLFormElement>(null);
  if (!me) return null;
  return (
    <>
      <Panel title={t("settings:sections.account.name")}>
        <form
          className="settings__form"
          onSubmit={(event) => {
            event.preventDefault();
            rename.mutate({ name: String(new FormData(event.currentTarget).get("name")) });
          }}
        >
          <Field label={t("settings:users.name")} hint={me.email}>
            <input className="input input--wide" name="name" defaultValue={me.name} maxLength={100} autoComplete="name" />
          </Field>
          <p className="soft">{me.roles.map((role) => t(`settings:roles.${role as "agent"}`)).join(" · ")}</p>
          {rename.error && <ProblemView error={rename.error} />}
          <div className="row">
            <Button kind="primary" type="submit" disabled={rename.isPending}>
              {t("settings:save")}
            </Button>
            <span role="status" className="soft">
              {rename.isSuccess ? t("settings:saved") : ""}
            </span>
          </div>
        </form>
      </Panel>
      <Panel title={t("settings:account.password")}>
        <form
          ref={form}
          className="settings__form"
          onSubmit={(event) => {
            event.preventDefault();
            const given = new FormData(event.currentTarget);
            password.mutate({ old_password: String(given.get("old")), password: String(given.get("password")) }, { onSuccess: () => form.current?.reset() });
          }}
        >
          <Field label={t("settings:account.old")}>
            <input className="input input--wide" type="password" name="old" autoComplete="current-password" required />
          </Field>
          <NewPasswordField />
          {password.error && <ProblemView error={password.error} />}
          <div className="row">
            <Button kind="primary" type="submit" disabled={password.isPending}>
              {t("settings:account.change")}
            </Button>
            <span role="status" className="soft">
              {password.isSuccess ? t("settings:account.changed") : ""}
            </span>
          </div>
        </form>
      </Panel>
      <SecondFactor on={me.second_factor} />
    </>
  );
}
