#!/bin/sh
# Builds kg/view/static/app.js and webgl.js from kg/view/src with the versions that
# package-lock.json pins. Needs node and npm; run it after a change to kg/view/src.
set -eu
cd "$(dirname "$0")/../kg/view/src"
[ -d node_modules ] || npm ci --no-audit --no-fund
node build.mjs
