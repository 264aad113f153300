import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, Outlet, ScrollRestoration, useLocation, useNavigation } from "react-router";
import { sessionQuery } from "../api/session";
import { AnswerPage } from "../design/AnswerPage";
import { BottomBar, Sidebar } from "./Navigation";
import { Header } from "./Header";

/** The frame of all pages behind the sign-in. */
export function Frame() {
  const { t } = useTranslation("shell");
  const session = useQuery(sessionQuery);
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const moving = useNavigation().state !== "idle";
  const first = useRef(true);
  // After a move the focus goes to the new page, so that a screen reader starts there.
  useEffect(() => {
    if (first.current) first.current = false;
    else main.current?.focus({ preventScroll: true });
  }, [pathname]);

  if (session.data && !session.data.company) return <Navigate to="/setup" replace />;
  if (session.data && !session.data.user) return <Navigate to={`/sign-in?next=${encodeURIComponent(pathname)}`} replace />;
  return (
    <div className="frame">
      <a className="skip-link" href="#main">
        {t("skip")}
      </a>
      <Sidebar />
      <div className="frame__right">
        <Header />
        {moving && <div className="moving" role="progressbar" aria-label={t("loading")} />}
        <main id="main" ref={main} tabIndex={-1}>
          {session.error ? <AnswerPage title={t("failed")} error={session.error} onRetry={() => void session.refetch()} /> : <Outlet />}
        </main>
      </div>
      <BottomBar />
      <ScrollRestoration />
    </div>
  );
}
