import { useTranslation } from "react-i18next";
import { useMay } from "../api/session";
import { ButtonLink } from "../design/Button";
import { ProblemView } from "../design/ProblemView";
import type { ImportDetail } from "./types";

/** A file that could not be opened: why, and what to do. There is nothing to match or to try. */
export function UnreadableStep({ data }: { data: ImportDetail }) {
  const { t } = useTranslation("imports");
  const mayImport = useMay("import");
  return (
    <div className="stack">
      {data.reason && <ProblemView body={{ ...data.reason, where: data.reason.where ?? undefined }} />}
      <div className="row">
        {mayImport && (
          <ButtonLink kind="primary" icon="plus" to="/imports/new">
            {t("another")}
          </ButtonLink>
        )}
        <ButtonLink to="/imports">{t("toHistory")}</ButtonLink>
      </div>
    </div>
  );
}
