import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useId, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { answer, client } from "../api/client";
import { useMay } from "../api/session";
import { viewsQuery } from "../api/views";
import { Dialog } from "../design/Dialog";
import { Icon, type IconName } from "../design/Icon";
import { addressOfView } from "../customers/address";
import { useSegmentName } from "../segments/names";
import { useChoose } from "./choices";
import { useLanguage } from "../i18n/useFormat";
import { matches } from "./matching";
import { iconOf, usePlaces } from "./Navigation";

interface Command {
  key: string;
  group: "records" | "actions" | "places" | "settings";
  icon: IconName;
  title: string;
  detail?: string;
  run: () => void;
}

const settings = ["company", "account", "users", "teams", "tokens", "views", "audit", "jobs", "workspace"] as const;

function useCommands(text: string): Command[] {
  const { t } = useTranslation("shell");
  const go = useNavigate();
  const language = useLanguage();
  const mayImport = useMay("import");
  const mine = usePlaces();
  const choose = useChoose();
  const segmentName = useSegmentName();
  const asked = useDeferredValue(text.trim());
  const { data } = useQuery({
    queryKey: ["search", asked],
    queryFn: ({ signal }) => answer(client.GET("/search", { params: { query: { q: asked, limit: 8 } }, signal })),
    enabled: asked.length > 0,
    placeholderData: (before) => before,
  });
  const { data: views = [] } = useQuery(viewsQuery("customers"));
  const to = (path: string) => () => void go(path);
  const fixed: Command[] = [
    ...(mayImport ? [{ key: "import", group: "actions" as const, icon: "imports" as const, title: t("actions.import"), run: to("/imports/new") }] : []),
    { key: "segment", group: "actions", icon: "plus", title: t("actions.segment"), run: to("/segments/new") },
    { key: "language", group: "actions", icon: "language", title: language === "zh" ? t("actions.english") : t("actions.chinese"), run: () => void choose.language(language === "zh" ? "en" : "zh") },
    { key: "light", group: "actions", icon: "light", title: t("actions.light"), run: () => choose.theme("light") },
    { key: "dark", group: "actions", icon: "dark", title: t("actions.dark"), run: () => choose.theme("dark") },
    ...mine.map((place) => ({ key: place, group: "places" as const, icon: iconOf[place], title: t(`places.${place}`), run: to(`/${place}`) })),
    ...settings.map((section) => ({ key: `settings-${section}`, group: "settings" as const, icon: "settings" as const, title: t(`settings.${section}`), run: to(`/settings/${section}`) })),
  ];
  const records: Command[] = asked.length === 0 ? [] : (data?.customers ?? []).map((found) => ({
    key: `customer-${found.id}`,
    group: "records",
    icon: "customers",
    title: found.name || found.external_id,
    detail: [found.external_id, found.city || found.country, found.segment && segmentName(found.segment)].filter(Boolean).join(" · "),
    run: to(`/customers/${found.id}`),
  }));
  const kept: Command[] = asked.length === 0 ? [] : [
    ...views.map((view) => ({ key: `view-${view.id}`, group: "records" as const, icon: "star" as const, title: view.name, detail: t("search.view"), run: to(addressOfView(view)) })),
  ];
  return [...records, ...[...kept, ...fixed].filter((command) => matches(command.title, text))];
}

/** Ctrl/Cmd-K: records, views, actions, settings. Arrow keys move, Enter opens. */
export default function CommandPalette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("shell");
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const commands = useCommands(text);
  const chosen = Math.min(at, Math.max(0, commands.length - 1));
  const id = useId();
  const run = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setAt((chosen + step + commands.length) % Math.max(1, commands.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(commands[chosen]);
    }
  };
  return (
    <Dialog open title={t("search.title")} onClose={onClose} className="palette">
      <input
        autoFocus
        className="input input--wide palette__input"
        role="combobox"
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={commands[chosen] ? `${id}-${chosen}` : undefined}
        aria-label={t("search.title")}
        placeholder={t("search.placeholder")}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id={id} role="listbox" aria-label={t("search.results")} className="palette__list">
        {commands.map((command, index) => (
          <div key={command.key} role="option" id={`${id}-${index}`} aria-selected={index === chosen} className="palette__entry" onClick={() => run(command)} onMouseMove={() => setAt(index)}>
            <Icon name={command.icon} size={16} />
            <span>{command.title}</span>
            <span className="small faint palette__detail">{command.detail ?? t(`search.groups.${command.group}`)}</span>
          </div>
        ))}
      </div>
      {commands.length === 0 && <p className="soft">{t("search.nothing")}</p>}
    </Dialog>
  );
}
