#!/bin/bash
# node-of.sh VERSION: brings that Node by the npm package `node` into build/nodes, and prints the folder of its program.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=build/nodes/$1
if [[ ! -x $folder/node_modules/.bin/node ]]; then
  mkdir -p "$folder"
  echo '{ "private": true }' >"$folder/package.json"
  npm install --prefix "$folder" --loglevel=error --no-audit --no-fund --no-progress "node@$1" >/dev/null
fi
echo "$PWD/$folder/node_modules/.bin"
