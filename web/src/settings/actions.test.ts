import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { states } from "../imports/locales/en.json";
import { actions as en } from "./locales/en.json";
import { actions as zh } from "./locales/zh.json";

const SOURCE = join(import.meta.dirname, "../../../src/zhiji");
const RECORDED = /\baudit\.record\(\s*"([a-z_]+)"/g;

/** What the program writes into the audit by name, and the states of an import, whose names it puts together. */
function recorded(): string[] {
  const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".py") && !file.includes("tests/"));
  const named = files.flatMap((file) => [...readFileSync(join(SOURCE, file), "utf8").matchAll(RECORDED)].map((found) => found[1]!));
  return [...new Set([...named, ...Object.keys(states).map((state) => `import_${state}`)])].sort();
}

it("every action of the audit has a name in both languages", () => {
  const codes = recorded();
  expect(codes.length).toBeGreaterThan(30);
  expect(codes.filter((code) => !(code in en) || !(code in zh))).toEqual([]);
});
