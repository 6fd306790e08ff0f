#!/bin/sh
# Builds kg/serve/static/{editor.js,editor.css,worker.js,oxigraph.wasm.gz,THIRD_PARTY.txt}
# with the versions that package-lock.json pins. Needs node and npm; run it after a
# change to kg/serve/src.
set -eu
cd "$(dirname "$0")/../kg/serve/src"
[ -d node_modules ] || npm ci --no-audit --no-fund --ignore-scripts
node build.mjs
