#!/bin/bash
# bring-node.sh: makes sure that the build has a Node new enough and npm. Where Node is too old, npm brings a newer one into
# build/node, which comes first on the Makefile's PATH. Where npm is missing, says in one line what to type.
set -euo pipefail
cd "$(dirname "$0")/.."

wanted=$(sed -n 's/.*"node": ">=\([0-9.]*\)".*/\1/p' package.json)
brought='node@22 npm@10' # Debian's own npm works with Debian's Node only

if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
  echo "flamepipe needs Node $wanted or newer, with npm; type: sudo apt-get install nodejs npm" >&2
  exit 1
fi
found=$(node -p process.versions.node)
if [[ $(printf '%s\n' "$wanted" "$found" | sort -V | head -n 1) == "$wanted" ]]; then exit; fi

echo "Node $found is too old for flamepipe: npm brings a newer one into build/node"
rm -rf build/node
mkdir -p build/node
cd build/node
echo '{ "private": true }' >package.json
# shellcheck disable=SC2086 # two words
npm install --loglevel=error --no-audit --no-fund --no-progress $brought >/dev/null
echo "Node $(node_modules/.bin/node --version) is in build/node; the system's stays as it is"
