import { useTranslation } from "react-i18next";
import { useRouteError } from "react-router";
import { AnswerPage } from "../design/AnswerPage";
import { ButtonLink } from "../design/Button";
import { EmptyState } from "../design/EmptyState";

export function RouteFailed() {
  const { t } = useTranslation("shell");
  const error = useRouteError();
  return <AnswerPage title={t("failed")} error={error} onRetry={() => location.reload()} />;
}

export function NotFound() {
  const { t } = useTranslation("shell");
  return (
    <AnswerPage
      title={t("notFound.title")}
      empty={
        <EmptyState
          icon="search"
          title={t("notFound.what")}
          action={
            <ButtonLink kind="primary" to="/worklist">
              {t("notFound.back")}
            </ButtonLink>
          }
        >
          {t("notFound.why")}
        </EmptyState>
      }
    />
  );
}
