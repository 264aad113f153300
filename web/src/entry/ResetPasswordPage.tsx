import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { api } from "../api/client";
import { Button } from "../design/Button";
import { Field } from "../design/Field";
import { ProblemView } from "../design/ProblemView";
import { EntryLayout } from "./EntryLayout";
import { NewPasswordField } from "./PasswordField";

/** Without a key: asks for the link. With one: takes the new password. */
export default function ResetPasswordPage() {
  const { t } = useTranslation("entry");
  const [address] = useSearchParams();
  const key = address.get("key");
  const send = useMutation({
    mutationFn: (form: FormData) => (key ? api.post("/auth/password/reset", { key, password: String(form.get("password")) }) : api.post("/auth/password/request", { email: String(form.get("email")) })),
  });
  return (
    <EntryLayout title={key ? t("reset.newTitle") : t("reset.title")} lead={send.isSuccess ? undefined : key ? undefined : t("reset.lead")}>
      {send.isSuccess ? (
        <div className="entry__form" role="status">
          <p>{key ? t("reset.done") : t("reset.sent")}</p>
        </div>
      ) : (
        <form
          className="entry__form"
          onSubmit={(event) => {
            event.preventDefault();
            send.mutate(new FormData(event.currentTarget));
          }}
        >
          {key ? (
            <NewPasswordField />
          ) : (
            <Field label={t("email")}>
              <input className="input input--wide" type="email" name="email" autoComplete="username" required autoFocus />
            </Field>
          )}
          {send.error && <ProblemView error={send.error} />}
          <Button kind="primary" type="submit" disabled={send.isPending}>
            {key ? t("reset.set") : t("reset.send")}
          </Button>
        </form>
      )}
      <p className="entry__foot">
        <Link to="/sign-in">{t("reset.back")}</Link>
      </p>
    </EntryLayout>
  );
}
