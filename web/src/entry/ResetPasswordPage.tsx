import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { answer, client } from "../api/client";
import { Button } from "../design/Button";
import { Field } from "../design/Field";
import { ProblemView } from "../design/ProblemView";
import { EntryLayout } from "./EntryLayout";
import { NewPasswordField } from "./PasswordField";
import { useLinkToken } from "./token";

/** Without a link's secret: asks for the link. With one: takes the new password. */
export default function ResetPasswordPage() {
  const { t } = useTranslation("entry");
  const token = useLinkToken();
  return (
    <EntryLayout title={token ? t("reset.newTitle") : t("reset.title")}>
      {token ? <NewPassword token={token} /> : <AskForLink />}
      <p className="entry__foot">
        <Link to="/sign-in">{t("reset.back")}</Link>
      </p>
    </EntryLayout>
  );
}

function AskForLink() {
  const { t } = useTranslation("entry");
  const ask = useMutation({ mutationFn: (email: string) => answer(client.POST("/accounts/password-reset/request", { body: { email } })) });
  if (ask.data) {
    return (
      <p role="status" className="entry__form">
        {ask.data.mail ? t("reset.sent") : t("reset.noMail")}
      </p>
    );
  }
  return (
    <form
      className="entry__form"
      onSubmit={(event) => {
        event.preventDefault();
        ask.mutate(String(new FormData(event.currentTarget).get("email")));
      }}
    >
      <Field label={t("email")} hint={t("reset.lead")}>
        <input className="input input--wide" type="email" name="email" autoComplete="username" required autoFocus />
      </Field>
      {ask.error && <ProblemView error={ask.error} />}
      <Button kind="primary" type="submit" disabled={ask.isPending}>
        {t("reset.send")}
      </Button>
    </form>
  );
}

function NewPassword({ token }: { token: string }) {
  const { t } = useTranslation("entry");
  const set = useMutation({ mutationFn: (password: string) => answer(client.POST("/accounts/password-reset/accept", { body: { token, password } })) });
  if (set.isSuccess) {
    return (
      <p role="status" className="entry__form">
        {t("reset.done")}
      </p>
    );
  }
  return (
    <form
      className="entry__form"
      onSubmit={(event) => {
        event.preventDefault();
        set.mutate(String(new FormData(event.currentTarget).get("password")));
      }}
    >
      <NewPasswordField />
      {set.error && <ProblemView error={set.error} />}
      <Button kind="primary" type="submit" disabled={set.isPending}>
        {t("reset.set")}
      </Button>
    </form>
  );
}
