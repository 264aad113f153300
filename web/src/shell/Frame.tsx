import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, Outlet, ScrollRestoration, useLocation, useNavigation } from "react-router";
import { answer, client } from "../api/client";
import { sessionQuery } from "../api/session";
import { useChoicesOfAccount } from "./choices";
import { AnswerPage } from "../design/AnswerPage";
import { BottomBar, Sidebar } from "./Navigation";
import { Header } from "./Header";
import { scrollKey } from "./scrollKey";
import { useLive } from "./live";

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

  useChoicesOfAccount(session.data ?? null);
  useLive(Boolean(session.data));
  if (session.data === null) return <SignedOut />;
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
      <ScrollRestoration getKey={scrollKey} />
    </div>
  );
}

/** Nobody is signed in: to the sign-in page and back here afterwards, or to the set-up while there is no account at all. */
function SignedOut() {
  const { pathname, search } = useLocation();
  const state = useQuery({ queryKey: ["setup"], queryFn: ({ signal }) => answer(client.GET("/accounts/setup/state", { signal })), retry: false });
  if (state.isPending) return null;
  if (state.data?.needed) return <Navigate to="/setup" replace />;
  return <Navigate to={`/sign-in?next=${encodeURIComponent(pathname + search)}`} replace />;
}
