import { useMutation, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { answer, client } from "../api/client";
import { useMayAll, useMe } from "../api/session";
import { Button } from "../design/Button";
import { Icon, Seal } from "../design/Icon";
import { Menu } from "../design/Popover";
import { useThemeChoice, type ThemeChoice } from "../design/theme";
import { useLanguage } from "../i18n/useFormat";
import type { Language } from "../i18n/format";
import { useChoose } from "./choices";
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

export function LanguageSwitch() {
  const language = useLanguage();
  const choose = useChoose();
  const other: Language = language === "zh" ? "en" : "zh";
  const name = { zh: "中文", en: "English" }[other];
  return (
    <Button
      kind="text"
      lang={other === "zh" ? "zh-CN" : "en"}
      className="language-switch"
      onClick={() => void choose.language(other)}
    >
      {name}
    </Button>
  );
}

export function ThemeSwitch() {
  const { t } = useTranslation("shell");
  const choice = useThemeChoice();
  const choose = useChoose();
  return (
    <Menu
      label={null}
      icon={choice}
      name={`${t("theme.title")}: ${t(`theme.${choice}`)}`}
      kind="text"
      align="end"
      entries={(["light", "dark", "system"] as ThemeChoice[]).map((each) => ({ key: each, label: t(`theme.${each}`), chosen: each === choice, onChoose: () => choose.theme(each) }))}
    />
  );
}

function UserMenu() {
  const { t } = useTranslation("shell");
  const user = useMe();
  const mayManage = useMayAll("company");
  const go = useNavigate();
  const queries = useQueryClient();
  const signOut = useMutation({
    mutationFn: () => answer(client.POST("/accounts/sign-out")),
    onSuccess: () => {
      queries.clear();
      location.assign("/sign-in");
    },
  });
  return (
    <Menu
      label={<span className="user-name">{user?.name || user?.email || ""}</span>}
      name={user ? `${user.name || user.email}, ${t("user.menu")}` : t("user.menu")}
      icon="user"
      kind="text"
      align="end"
      entries={[
        { key: "account", label: t("user.account"), icon: "user", onChoose: () => void go("/settings/account") },
        ...(mayManage ? [{ key: "workspace", label: t("user.workspace"), icon: "dashboards" as const, onChoose: () => void go("/settings/workspace") }] : []),
        { key: "out", label: t("user.signOut"), icon: "right", onChoose: () => signOut.mutate() },
      ]}
    />
  );
}
