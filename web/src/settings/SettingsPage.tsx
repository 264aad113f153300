import { lazy, Suspense, useLayoutEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, NavLink, useParams } from "react-router";
import { useMe } from "../api/session";
import type { Me } from "../api/types";
import { AnswerPage } from "../design/AnswerPage";
import { SkeletonLines } from "../design/Skeleton";
import "./settings.css";

const sections = {
  company: lazy(() => import("./CompanySection")),
  account: lazy(() => import("./AccountSection")),
  users: lazy(() => import("./UsersSection")),
  teams: lazy(() => import("./TeamsSection")),
  tokens: lazy(() => import("./TokensSection")),
  views: lazy(() => import("./ViewsSection")),
  audit: lazy(() => import("./AuditSection")),
  jobs: lazy(() => import("./JobsSection")),
  workspace: lazy(() => import("./WorkspaceSection")),
};
type Section = keyof typeof sections;

/** Who may open it; what is not listed here is for everybody. */
const allowed: Partial<Record<Section, (me: Me) => boolean>> = {
  users: (me) => me.permissions.user?.read !== undefined,
  teams: (me) => me.permissions.user?.read !== undefined,
  audit: (me) => me.permissions.audit?.read === "all",
  jobs: (me) => me.permissions.job?.read !== undefined,
  workspace: (me) => me.permissions.company?.write === "all",
};

export default function SettingsPage() {
  const { section } = useParams();
  const { t } = useTranslation("settings");
  const me = useMe();
  const strip = useRef<HTMLElement>(null);
  // On a phone the sections are one strip, and the open one may lie beyond its edge. Only the strip moves, not the page.
  useLayoutEffect(() => {
    const nav = strip.current;
    const here = nav?.querySelector(".active")?.getBoundingClientRect();
    if (!nav || !here) return;
    const { left, width } = nav.getBoundingClientRect();
    nav.scrollLeft += here.left - left - (width - here.width) / 2;
  }, [section, me]);
  const open = (Object.keys(sections) as Section[]).filter((each) => me && (allowed[each]?.(me) ?? true));
  if (!me) return null;
  if (!open.includes(section as Section)) return <Navigate to="/settings/company" replace />;
  const current = section as Section;
  const Body = sections[current];
  return (
    <AnswerPage title={t("title")} answer={t(`sections.${current}.lead`)}>
      <div className="settings">
        <nav className="settings__nav" ref={strip} aria-label={t("title")}>
          {open.map((each) => (
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
