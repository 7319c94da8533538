#!/bin/bash
# make release: in a fresh clone of the tag on HEAD, runs all tests and packs. Leaves in release/ the tarball, its checksum
# and the CHANGELOG's part for it. Publishes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

refuse() {
  echo "release: $1" >&2
  exit 1
}

version=$(node -p 'require("./package.json").version')
tag=v$version
[[ -z $(git status --porcelain) ]] || refuse 'commit your changes first'
[[ $(git tag --points-at HEAD) == *"$tag"* ]] ||
  refuse "package.json says $version, but HEAD has no tag $tag; type: git tag -a $tag -m 'flamepipe $version'"
notes=$(awk -v head="## [$version]" 'index($0, "## [") == 1 { inside = index($0, head) == 1; next } inside' CHANGELOG.md)
[[ -n ${notes//[[:space:]]/} ]] || refuse "CHANGELOG.md has no part [$version]"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git -c advice.detachedHead=false clone -q --branch "$tag" . "$work/clone"
make -C "$work/clone" check
(cd "$work/clone" && npm pack --silent --ignore-scripts --pack-destination "$work" >/dev/null)
tarball=flamepipe-$version.tgz
npm install --silent --offline --no-audit --no-fund --prefix "$work/trial" "$work/$tarball"
said=$("$work/trial/node_modules/.bin/perf-fold" --version)
[[ $said == "perf-fold $version" ]] || refuse "the tarball's perf-fold says \"$said\", not $version"

rm -rf release
mkdir release
mv "$work/$tarball" release/
(cd release && sha256sum "$tarball" >"$tarball.sha256")
printf '%s\n' "$notes" | sed '/./,$!d' >release/NOTES.md
printf '%s\n' release/*
