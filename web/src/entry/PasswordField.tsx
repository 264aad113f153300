import { useTranslation } from "react-i18next";
import { Field } from "../design/Field";

export const SHORTEST_PASSWORD = 12;

/** A new password: its length is the only rule; the server refuses those known from breaches. */
export function NewPasswordField() {
  const { t } = useTranslation("entry");
  return (
    <Field label={t("newPassword")} hint={t("passwordHint", { least: SHORTEST_PASSWORD })}>
      <input className="input input--wide" type="password" name="password" autoComplete="new-password" minLength={SHORTEST_PASSWORD} maxLength={200} required />
    </Field>
  );
}
