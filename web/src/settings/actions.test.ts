import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { states } from "../imports/locales/en.json";
import { actions as en } from "./locales/en.json";
import { actions as zh } from "./locales/zh.json";

const SOURCE = join(import.meta.dirname, "../../../src/zhiji");
const RECORDED = /\baudit\.record\(\s*"([a-z_]+)"/g;
const NAMED = /"([a-z_]+)"/g;
/** Names that the program puts together: of the states of an import, and of how a job and a run of a source end. */
const RUNS = ["stored", "nothing", "rejected"].map((state) => `source_run_${state}`);
const BUILT = [...Object.keys(states).map((state) => `import_${state}`), ...RUNS, "job_cancelled", "job_failed", "job_done"];

function found(pattern: RegExp): string[] {
  const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".py") && !file.includes("tests/"));
  return files.flatMap((file) => [...readFileSync(join(SOURCE, file), "utf8").matchAll(pattern)].map((match) => match[1]!));
}

/** What the program writes into the audit by name, and the states of an import. */
function recorded(): string[] {
  return [...new Set([...found(RECORDED), ...BUILT.filter((name) => name.startsWith("import_"))])].sort();
}

it("every action of the audit has a name in both languages", () => {
  const codes = recorded();
  expect(codes.length).toBeGreaterThan(30);
  expect(codes.filter((code) => !(code in en) || !(code in zh))).toEqual([]);
});

it("no name stands for an action that nobody records", () => {
  const words = new Set([...found(NAMED), ...BUILT]);
  expect(Object.keys(en).filter((code) => !words.has(code))).toEqual([]);
  expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
});
