// Bundles the query editor (editor.js, editor.css), the page's worker (worker.js) and
// Oxigraph's WebAssembly (oxigraph.wasm.gz), and lists what is inside (THIRD_PARTY.txt).
// The output depends on the sources and the versions in package-lock.json only.
import { build } from "esbuild";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, "..", "static");
const modules = join(here, "node_modules");

const result = await build({
  absWorkingDir: here,
  entryPoints: { editor: "editor.js", worker: "worker.js" },
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "ascii",
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
  loader: { ".svg": "dataurl" },
  define: { "import.meta.url": '"about:blank"' },
});

const wasm = readFileSync(join(modules, "oxigraph", "web_bg.wasm"));
const packed = gzipSync(wasm, { level: 9 });
packed[9] = 255; // the header's byte for the operating system: the same on any
writeFileSync(join(out, "oxigraph.wasm.gz"), packed);

// @zazuko/yasgui comes as one file with its dependencies inside: all of them are named.
const seen = new Map();
function visit(name, from) {
  let folder = from;
  while (!existsSync(join(folder, "node_modules", name, "package.json"))) {
    const up = dirname(folder);
    if (up === folder) return;
    folder = up;
  }
  const home = join(folder, "node_modules", name);
  const about = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  const key = `${about.name} ${about.version}`;
  if (seen.has(key)) return;
  seen.set(key, { about, home });
  for (const other of Object.keys(about.dependencies ?? {})) visit(other, home);
}
visit("@zazuko/yasgui", here);
visit("oxigraph", here);

// Where the package does not say it itself: read in its repository.
const KNOWN = { jsuri: "MIT" };
const lines = [
  "Third-party code in editor.js, editor.css, worker.js and oxigraph.wasm.gz.",
  "Made by scripts/build_sparql_bundle.sh; the versions are those of kg/serve/src/package-lock.json.",
  "",
];
for (const [key, { about, home }] of [...seen].sort(([a], [b]) => (a < b ? -1 : 1))) {
  const license = about.license ?? KNOWN[about.name] ?? "see its repository";
  lines.push(`${key}: ${typeof license === "string" ? license : license.type}`);
}
for (const [key, { home }] of [...seen].sort(([a], [b]) => (a < b ? -1 : 1))) {
  const file = readdirSync(home).sort().find((name) => /^licen[cs]e/i.test(name));
  if (file) lines.push("", `--- ${key}: ${file} ---`, "", readFileSync(join(home, file), "utf8").trim());
}
writeFileSync(join(out, "THIRD_PARTY.txt"), lines.join("\n").replaceAll("\r", "") + "\n");
if (Object.keys(result.metafile.outputs).length !== 3) throw new Error("expected three outputs");
