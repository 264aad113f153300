import { useTranslation } from "react-i18next";
import { NavLink, useLocation } from "react-router";
import { useCompany, useMay } from "../api/session";
import { Icon, Seal, type IconName } from "../design/Icon";
import { Popover } from "../design/Popover";

export const places = ["worklist", "customers", "segments", "predictions", "dashboard", "imports", "sources", "identities", "settings"] as const;
export type Place = (typeof places)[number];
export const iconOf: Record<Place, IconName> = {
  worklist: "worklist",
  customers: "customers",
  segments: "segments",
  predictions: "predictions",
  dashboard: "dashboards",
  imports: "imports",
  sources: "sources",
  identities: "merge",
  settings: "settings",
};

/** All but what only some may open. */
export function usePlaces(): Place[] {
  const maySources = useMay("source", "read");
  return places.filter((place) => place !== "sources" || maySources);
}

function Entry({ place, onClick }: { place: Place; onClick?: () => void }) {
  const { t } = useTranslation("shell");
  return (
    <NavLink to={`/${place}`} className="nav-entry" onClick={onClick}>
      <Icon name={iconOf[place]} />
      <span>{t(`places.${place}`)}</span>
    </NavLink>
  );
}

export function Sidebar() {
  const { t } = useTranslation("shell");
  const company = useCompany();
  return (
    <aside className="sidebar">
      <div className="sidebar__inner">
      <div className="brand">
        <Seal size={32} />
        <span>
          <span className="brand__name">{t("product")}</span>
          {company.name && <span className="brand__company">{company.name}</span>}
        </span>
      </div>
      <nav aria-label={t("navigation")}>
        {usePlaces().map((place) => (
          <Entry key={place} place={place} />
        ))}
      </nav>
      {company.is_sample && <p className="sidebar__sample">{t("sample")}</p>}
      </div>
    </aside>
  );
}

const AT_HAND: readonly Place[] = ["worklist", "customers", "segments", "dashboard"];

/** On a phone: four places at the thumb, the others one tap further. */
export function BottomBar() {
  const { t } = useTranslation("shell");
  const { pathname } = useLocation();
  const mine = usePlaces();
  return (
    <nav className="bottom-bar" aria-label={t("navigation")}>
      {AT_HAND.map((place) => (
        <Entry key={place} place={place} />
      ))}
      <Popover key={pathname} label={<span>{t("more")}</span>} icon="more" kind="text" align="end" above className="nav-more">
        {(close) => mine.filter((place) => !AT_HAND.includes(place)).map((place) => <Entry key={place} place={place} onClick={close} />)}
      </Popover>
    </nav>
  );
}
