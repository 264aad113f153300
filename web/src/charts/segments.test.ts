import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import en from "./locales/en.json";
import zh from "./locales/zh.json";

/** The server's name of a segment, as its message files have it. */
function served(language: string, code: string): string | undefined {
  const text = readFileSync(join(import.meta.dirname, `../../../src/zhiji/algorithms/segmentation/messages.${language}.toml`), "utf8");
  return new RegExp(`^\\[segment_${code}\\]\\nwhat = "(.*)"$`, "m").exec(text)?.[1];
}

describe.each([
  ["en", en],
  ["zh", zh],
])("a segment in %s", (language, texts) => {
  it.each([...Object.entries(texts.segments), ...Object.entries(texts.bands)])("%s has one name, in lists, charts and exports", (code, name) => {
    expect(name).toBe(served(language, code)?.replace(/(?<=[\u4e00-\u9fff]) (?=\d)/g, ""));
  });
});
