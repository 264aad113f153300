import { describe, expect, it } from "vitest";

type Texts = { [key: string]: string | Texts };
const modules = import.meta.glob<{ default: Texts }>("../*/locales/*.json", { eager: true });

function flatten(texts: Texts, before = ""): [string, string][] {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === "string" ? [[before + key, value] as [string, string]] : flatten(value, `${before}${key}.`),
  );
}

const folders = new Map<string, { zh: Map<string, string>; en: Map<string, string> }>();
for (const [path, module] of Object.entries(modules)) {
  const [, folder = "", language = ""] = /\.\.\/([^/]+)\/locales\/(zh|en)\.json$/.exec(path) ?? [];
  const entry = folders.get(folder) ?? { zh: new Map(), en: new Map() };
  entry[language as "zh" | "en"] = new Map(flatten(module.default));
  folders.set(folder, entry);
}

/** Chinese has one plural form, English two: `_one` has no counterpart. */
const singular = (key: string) => key.endsWith("_one");
const names = (text: string) => [...text.matchAll(/\{\{\s*([\w.]+)/g)].map((match) => match[1]).sort();
/** Four Latin words in a row read as a sentence, whatever they are. */
const sentence = /(?:\b[A-Za-z]{2,}\b[ ,.;:!?]+){3,}\b[A-Za-z]{2,}\b/;

it("knows every folder with texts", () => {
  expect([...folders.keys()].sort()).toEqual(
    ["activities", "charts", "customers", "dashboards", "design", "entry", "identities", "imports", "predictions", "segments", "settings", "shell", "sources", "worklists"].sort(),
  );
});

describe.each([...folders])("%s", (_folder, { zh, en }) => {
  it("says the same things in both languages", () => {
    expect([...en.keys()].filter((key) => !singular(key)).sort()).toEqual([...zh.keys()].sort());
    for (const key of [...en.keys()].filter(singular)) expect(zh.has(key.replace(/_one$/, "_other"))).toBe(true);
  });

  it("fills the same gaps in both languages", () => {
    for (const [key, text] of zh) expect([key, names(en.get(key) ?? "")]).toEqual([key, names(text)]);
  });

  it("has no Han in English", () => {
    expect([...en].filter(([, text]) => /[\u3400-\u9fff]/.test(text))).toEqual([]);
  });

  it("has no English sentence in Chinese", () => {
    expect([...zh].filter(([, text]) => sentence.test(text.replace(/\{\{[^}]*\}\}|<[^>]*>/g, "")))).toEqual([]);
  });

  it("leaves nothing empty", () => {
    expect([...zh, ...en].filter(([, text]) => text.trim() === "")).toEqual([]);
  });
});

it("would notice a sentence that was not translated", () => {
  expect(sentence.test("Call these customers today")).toBe(true);
  expect(sentence.test("用 Online Retail 试一次")).toBe(false);
});
