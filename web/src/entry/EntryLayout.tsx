import { useEffect, type ReactNode } from "react";
import { Seal } from "../design/Icon";
import { LanguageSwitch, ThemeSwitch } from "../shell/Header";
import { useTranslation } from "react-i18next";
import "./entry.css";

/** The pages before the frame: set-up, sign-in, password, invitation. */
export function EntryLayout({ title, lead, children, wide }: { title: string; lead?: ReactNode; children: ReactNode; wide?: boolean }) {
  const { t } = useTranslation("shell");
  useEffect(() => {
    document.title = `${title} · 知己 Zhiji`;
  }, [title]);
  return (
    <div className="entry">
      <header className="entry__head">
        <span className="entry__brand">
          <Seal size={40} />
          {t("product")}
        </span>
        <span className="row">
          <LanguageSwitch />
          <ThemeSwitch />
        </span>
      </header>
      <main className={`entry__main ${wide ? "entry__main--wide" : ""}`}>
        <h1 className="entry__title">{title}</h1>
        {lead && <p className="soft entry__lead">{lead}</p>}
        {children}
      </main>
    </div>
  );
}
