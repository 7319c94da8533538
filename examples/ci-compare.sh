#!/bin/bash
# ci-compare.sh BEFORE AFTER LIMIT...: records both programs three times by turns, and compares them. Leaves comparison.md
# and comparison.svg. Status 3: a limit is broken.
set -euo pipefail

before=$1 after=$2
limits=()
for limit in "${@:3}"; do limits+=(--fail-over "$limit"); done

for run in 1 2 3; do
  for side in before after; do
    perf record -q -e cpu-clock -F 499 -g -o "$side$run.data" -- "${!side}" >/dev/null
    perf script -i "$side$run.data" --no-inline | perf-fold --count samples >"$side$run.folded"
  done
done

sides=(--before main=before1.folded,before2.folded,before3.folded --after branch=after1.folded,after2.folded,after3.folded)
fold-diff --folded "${sides[@]}" | flame-svg --before main --after branch >comparison.svg
fold-diff --markdown "${sides[@]}" "${limits[@]}" >comparison.md
