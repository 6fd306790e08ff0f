// Bundles the explorer: app.js (no dependencies) and webgl.js (sigma and graphology).
// The output depends on the sources and the pinned versions only.
import { build } from "esbuild";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, "..", "static");

// MIT asks for its notice in every copy, and every page with WebGL holds one.
const bundled = ["sigma", "graphology", "graphology-utils", "events"];
const notice = bundled.map((name) => {
  const folder = join(here, "node_modules", name);
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = ["LICENSE.txt", "LICENSE"].find((candidate) => existsSync(join(folder, candidate)));
  const [owner] = /^.*Copyright.*$/m.exec(readFileSync(join(folder, file), "utf8")) ?? ["MIT"];
  return `${name} ${version}: ${owner.trim()}`;
});
const [, permission] = /(Permission is hereby granted[\s\S]*)/.exec(
  readFileSync(join(here, "node_modules", "graphology", "LICENSE.txt"), "utf8"),
);
const banner = `/*!\n${notice.join("\n")}\nAll under the MIT License:\n${permission.trim()}\n*/`;

const entries = [
  { entryPoints: { app: "main.js" } },
  { entryPoints: { webgl: "stage_sigma.js" }, banner: { js: banner } },
];
for (const entry of entries) await build({
  absWorkingDir: here,
  ...entry,
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "ascii",
  legalComments: "inline",
  logLevel: "warning",
});
