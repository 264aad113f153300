import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { NavLink, Navigate, useParams } from "react-router";
import { AnswerPage } from "../design/AnswerPage";
import { SkeletonLines } from "../design/Skeleton";
import "./settings.css";

const sections = {
  company: lazy(() => import("./CompanySection")),
  users: lazy(() => import("./UsersSection")),
  teams: lazy(() => import("./TeamsSection")),
  tokens: lazy(() => import("./TokensSection")),
  audit: lazy(() => import("./AuditSection")),
  jobs: lazy(() => import("./JobsSection")),
};
type Section = keyof typeof sections;

export default function SettingsPage() {
  const { section } = useParams();
  const { t } = useTranslation("settings");
  if (!section || !(section in sections)) return <Navigate to="/settings/company" replace />;
  const current = section as Section;
  const Body = sections[current];
  return (
    <AnswerPage title={t("title")} answer={t(`sections.${current}.lead`)}>
      <div className="settings">
        <nav className="settings__nav" aria-label={t("title")}>
          {(Object.keys(sections) as Section[]).map((each) => (
            <NavLink key={each} to={`/settings/${each}`} className="settings__link">
              {t(`sections.${each}.name`)}
            </NavLink>
          ))}
        </nav>
        <div className="stack">
          <Suspense fallback={<SkeletonLines count={6} />}>
            <Body />
          </Suspense>
        </div>
      </div>
    </AnswerPage>
  );
}
