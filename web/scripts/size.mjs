/**
 * The JavaScript that a browser must have, cold, before the first row of the customer list: everything that the
 * manifest reaches by static imports from the entry, the page and the texts of one language. Fails above the bar.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const BAR = 420_000;
const folder = join(dirname(fileURLToPath(import.meta.url)), "../../src/zhiji/config/web");
const manifest = JSON.parse(readFileSync(join(folder, ".vite/manifest.json"), "utf8"));

const roots = ["index.html", "src/customers/CustomersPage.tsx"];
const namespaces = ["shell", "design", "customers", "charts"];

function reach(keys) {
  const found = new Set();
  const visit = (key) => {
    if (found.has(key)) return;
    if (!manifest[key]) throw new Error(`${key} is not in the manifest`);
    found.add(key);
    for (const next of manifest[key].imports ?? []) visit(next);
  };
  keys.forEach(visit);
  return [...found].map((key) => manifest[key].file).filter((file) => file.endsWith(".js"));
}

const gzipped = (file) => gzipSync(readFileSync(join(folder, file)), { level: 9 }).length;
let worst = 0;
for (const language of ["zh", "en"]) {
  const texts = namespaces.map((namespace) => `src/${namespace}/locales/${language}.json`);
  const files = [...new Set(reach([...roots, ...texts]))];
  const total = files.reduce((sum, file) => sum + gzipped(file), 0);
  worst = Math.max(worst, total);
  console.log(`customers, ${language}: ${(total / 1000).toFixed(1)} kB gzipped in ${files.length} files (bar ${BAR / 1000} kB)`);
}
if (worst > BAR) {
  console.error("Too heavy: see which import reached the entry.");
  process.exit(1);
}
