import i18next, { type BackendModule, type PostProcessorModule, type ReadCallback } from "i18next";
import { initReactI18next } from "react-i18next";
import { spaceHanLatin, type Language } from "./format";

/** One namespace a capability, fetched when its first page opens. */
const files = import.meta.glob<{ default: Record<string, unknown> }>("../*/locales/*.json");

const byFolder: BackendModule = {
  type: "backend",
  init() {},
  read(language: string, namespace: string, done: ReadCallback) {
    const load = files[`../${namespace}/locales/${language}.json`];
    if (!load) return done(new Error(`no texts for ${namespace} in ${language}`), false);
    load().then(
      (module) => done(null, module.default),
      (error: unknown) => done(error as Error, false),
    );
  },
};

const thinSpace: PostProcessorModule = {
  type: "postProcessor",
  name: "thin-space",
  process: (value: string, _key, _options, translator: { language: string }) => (translator.language === "zh" ? spaceHanLatin(value) : value),
};

const REMEMBERED = "zhiji.language";

export function initialLanguage(): Language {
  const kept = localStorage.getItem(REMEMBERED);
  if (kept === "zh" || kept === "en") return kept;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

export async function startTexts(language: Language = initialLanguage()): Promise<void> {
  await i18next
    .use(byFolder)
    .use(thinSpace)
    .use(initReactI18next)
    .init({
      lng: language,
      supportedLngs: ["zh", "en"],
      fallbackLng: false,
      ns: ["shell", "design"],
      defaultNS: "shell",
      postProcess: ["thin-space"],
      interpolation: { escapeValue: false },
      react: { useSuspense: true, transKeepBasicHtmlNodesFor: [] },
      returnNull: false,
    });
  followLanguage(language);
}

function followLanguage(language: Language): void {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(REMEMBERED, language);
  await i18next.changeLanguage(language);
  followLanguage(language);
}
