import ConfigProvider from "antd/es/config-provider";
import type { Locale } from "antd/es/locale";
import antdTheme from "antd/es/theme";
import { useEffect, useState, type ReactNode } from "react";
import { useLanguage } from "../../i18n/useFormat";
import { useMode } from "../theme";
import { control, palettes, radius, type } from "../tokens";

const localeOf = { zh: () => import("antd/es/locale/zh_CN"), en: () => import("antd/es/locale/en_GB") };

/** The server writes the nonce of the policy into the page; every style that is inserted carries it. */
export const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content;

/** The buttons of year and month are named by what they show; antd's label would hide it from voice control. */
function readable(locale: Locale): Locale {
  const picker = locale.DatePicker;
  return picker ? { ...locale, DatePicker: { ...picker, lang: { ...picker.lang, yearSelect: "", monthSelect: "" } } } : locale;
}

/** antd with our tokens. Wrapped around the pages that use it, so that the first list does not wait for it. */
export function Antd({ children }: { children: ReactNode }) {
  const mode = useMode();
  const language = useLanguage();
  const [locale, setLocale] = useState<Locale>();
  useEffect(() => {
    let current = true;
    void localeOf[language]().then((module) => {
      if (current) setLocale(readable(module.default));
    });
    return () => {
      current = false;
    };
  }, [language]);
  const colours = palettes[mode];
  return (
    <ConfigProvider
      csp={{ nonce }}
      locale={locale}
      // Inside what opened it: a modal dialog lies above the body, and a popover closes on a click outside itself.
      getPopupContainer={(trigger) => trigger?.closest<HTMLElement>("dialog, .popover, main") ?? document.body}
      wave={{ disabled: true }}
      button={{ autoInsertSpace: false }}
      theme={{
        algorithm: mode === "dark" ? antdTheme.darkAlgorithm : antdTheme.defaultAlgorithm,
        token: {
          colorPrimary: colours.solid,
          colorPrimaryHover: colours.solidHover,
          colorTextLightSolid: colours.onSolid,
          colorInfo: colours.gain,
          colorSuccess: colours.gain,
          colorWarning: colours.attention,
          colorError: colours.accent,
          colorLink: colours.ink,
          colorText: colours.ink,
          colorTextSecondary: colours.inkSoft,
          colorTextTertiary: colours.inkFaint,
          colorTextDisabled: colours.inkFaint,
          colorTextPlaceholder: colours.inkFaint,
          colorTextDescription: colours.inkFaint,
          colorBgBase: colours.surface,
          colorBgContainer: colours.surface,
          colorBgElevated: colours.surface,
          colorBgLayout: colours.paper,
          colorBorder: colours.lineStrong,
          colorBorderSecondary: colours.line,
          controlItemBgActive: colours.accentSoft,
          controlOutline: colours.focus,
          fontFamily: type.family,
          fontFamilyCode: type.mono,
          fontSize: type.size,
          lineHeight: type.lineHeight,
          borderRadius: radius,
          controlHeight: control.height,
          boxShadow: "none",
          boxShadowSecondary: `0 0 0 1px ${colours.lineStrong}`,
          motion: false,
          wireframe: false,
        },
        components: {
          Tabs: { inkBarColor: colours.accent, itemSelectedColor: colours.ink, itemHoverColor: colours.ink, itemColor: colours.inkSoft },
          Steps: { colorPrimary: colours.accent },
        },
      }}
    >
      {children}
    </ConfigProvider>
  );
}
