import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useMay, useMayAll } from "../api/session";
import { ButtonLink } from "../design/Button";
import { EmptyState } from "../design/EmptyState";
import type { IconName } from "../design/Icon";

/** A page that has nothing to show yet: what it is for, and the next step, as far as the reader may take it. */
export function StartHere({ icon, title, children }: { icon: IconName; title: string; children: ReactNode }) {
  const { t } = useTranslation("shell");
  const mayImport = useMay("import");
  const maySwitch = useMayAll("company");
  const steps = (mayImport || maySwitch) && (
    <>
      {mayImport && (
        <ButtonLink kind="primary" icon="imports" to="/imports/new">
          {t("start.import")}
        </ButtonLink>
      )}
      {maySwitch && <ButtonLink to="/settings/workspace">{t("start.sample")}</ButtonLink>}
    </>
  );
  return (
    <EmptyState icon={icon} title={title} action={steps}>
      {children}
    </EmptyState>
  );
}
