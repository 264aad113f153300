import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "../api/client";
import { Button } from "../design/Button";
import { useFormat } from "../i18n/useFormat";

/** A secret that the server shows this once, with the way to take it along. */
export function Secret({ text }: { text: string }) {
  const { t } = useTranslation("settings");
  const [copied, setCopied] = useState(false);
  return (
    <div className="row">
      <p className="secret">{text}</p>
      <Button onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}>{copied ? t("copied") : t("copy")}</Button>
    </div>
  );
}

export function OnceLink({ link }: { link: Schema<"LinkOut"> }) {
  const { t } = useTranslation("settings");
  const format = useFormat();
  return (
    <div className="stack stack--tight" role="status">
      <p>
        {link.mailed ? t("invite.mailed") : t("invite.link")} {t("invite.until", { when: format.instant(link.expires_at) })}
      </p>
      <Secret text={link.url} />
    </div>
  );
}
