import { useMutation, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api } from "../api/client";
import { useSession } from "../api/session";
import { Button } from "../design/Button";
import { Icon, Seal } from "../design/Icon";
import { Menu } from "../design/Popover";
import { chooseTheme, useThemeChoice, type ThemeChoice } from "../design/theme";
import { chooseLanguage } from "../i18n";
import { useLanguage } from "../i18n/useFormat";
import type { Language } from "../i18n/format";
import { JobsIndicator } from "./JobsIndicator";

const CommandPalette = lazy(() => import("./CommandPalette"));

export function Header() {
  const { t } = useTranslation("shell");
  const [searching, setSearching] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setSearching(true);
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  const mac = navigator.platform.startsWith("Mac");
  return (
    <header className="header">
      <span className="header__seal">
        <Seal size={28} label={t("product")} />
      </span>
      <button type="button" className="search-button" onClick={() => setSearching(true)} aria-keyshortcuts={mac ? "Meta+K" : "Control+K"}>
        <Icon name="search" size={16} />
        <span>{t("search.button")}</span>
        <kbd aria-hidden="true">{mac ? "⌘" : "Ctrl"} K</kbd>
      </button>
      <span className="header__space" />
      <JobsIndicator />
      <LanguageSwitch />
      <ThemeSwitch />
      <UserMenu />
      {searching && (
        <Suspense fallback={null}>
          <CommandPalette onClose={() => setSearching(false)} />
        </Suspense>
      )}
    </header>
  );
}

/** The choice stays with the person, on every machine: kept in the browser before sign-in, in the account after. */
export function LanguageSwitch() {
  const language = useLanguage();
  const { user } = useSession();
  const queries = useQueryClient();
  const remember = useMutation({ mutationFn: (next: Language) => api.patch("/session", { language: next }) });
  const other: Language = language === "zh" ? "en" : "zh";
  const name = { zh: "中文", en: "English" }[other];
  return (
    <Button
      kind="text"
      lang={other === "zh" ? "zh-CN" : "en"}
      className="language-switch"
      onClick={() => {
        void chooseLanguage(other).then(() => queries.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "session" }));
        if (user) remember.mutate(other);
      }}
    >
      {name}
    </Button>
  );
}

export function ThemeSwitch() {
  const { t } = useTranslation("shell");
  const choice = useThemeChoice();
  return (
    <Menu
      label={null}
      icon={choice}
      name={`${t("theme.title")}: ${t(`theme.${choice}`)}`}
      kind="text"
      align="end"
      entries={(["light", "dark", "system"] as ThemeChoice[]).map((each) => ({ key: each, label: t(`theme.${each}`), chosen: each === choice, onChoose: () => chooseTheme(each) }))}
    />
  );
}

function UserMenu() {
  const { t } = useTranslation("shell");
  const { user } = useSession();
  const go = useNavigate();
  const queries = useQueryClient();
  const signOut = useMutation({
    mutationFn: () => api.post("/auth/sign-out"),
    onSuccess: () => {
      queries.clear();
      location.assign("/sign-in");
    },
  });
  return (
    <Menu
      label={<span className="user-name">{user?.name ?? ""}</span>}
      name={user ? `${user.name}, ${t("user.menu")}` : t("user.menu")}
      icon="user"
      kind="text"
      align="end"
      entries={[
        { key: "account", label: t("user.settings"), icon: "settings", onChoose: () => void go("/settings/company") },
        { key: "out", label: t("user.signOut"), icon: "right", onChoose: () => signOut.mutate() },
      ]}
    />
  );
}
