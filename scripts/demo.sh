#!/bin/bash
# make demo: records the sample program with perf, or takes the shipped recording, and draws demo/cpu.svg.
set -euo pipefail
cd "$(dirname "$0")/.."

sample=fixtures/demo/workload.mjs
seconds=4
here=$(node -p 'require("node:url").pathToFileURL(`${process.cwd()}/`).href')
record=(perf record -q -F 499 -g -e cpu-clock)

mkdir -p demo
work=$(mktemp -d demo/.work-XXXXXX)
clean_up() {
  # V8 leaves its symbols there, for perf script
  if [[ -s $work/pid ]]; then rm -f "/tmp/perf-$(<"$work/pid").map"; fi
  rm -rf "$work"
}
trap clean_up EXIT
trap 'echo "stopped" >&2; exit 130' INT TERM

# Why can't perf record here? Prints nothing where it can.
obstacle() {
  if ! command -v perf >/dev/null; then
    echo "perf is not installed:"
    echo "  sudo apt-get install linux-perf        (Debian; linux-tools-generic on Ubuntu, perf on Fedora)"
  elif ! "${record[@]}" -o "$work/probe" -- true >"$work/said" 2>&1; then
    local paranoid
    paranoid=$(cat /proc/sys/kernel/perf_event_paranoid 2>/dev/null || echo '?')
    if ((EUID != 0)) && [[ $paranoid != [01] && $paranoid != -* ]]; then
      echo "perf is not permitted to this user (kernel.perf_event_paranoid is $paranoid):"
      echo "  sudo sysctl kernel.perf_event_paranoid=1        or run make demo as root"
    else
      echo "perf is installed but can't record here (a container without perf_event_open?). It said:"
      grep -v '^ *$' "$work/said" | head -n 3 | sed 's/^/  /' || true
    fi
  fi
}

why=$(obstacle)
if [[ -z $why ]]; then
  echo "recording $sample for $seconds seconds"
  # shellcheck disable=SC2016 # for the inner shell, whose process becomes node
  "${record[@]}" -o "$work/perf.data" -- bash -c 'echo $$ >"$1"; shift; exec "$@"' record "$work/pid" \
    node --perf-basic-prof --interpreted-frames-native-stack --no-logfile-per-isolate --logfile="$work/v8.log" "$sample" "$seconds"
  perf script -i "$work/perf.data" --no-inline 2>"$work/said" | sed "s,$here,,g" >"$work/script.txt" || { cat "$work/said" >&2; exit 1; }
  origin="$sample, recorded here"
else
  echo "$why"
  echo "Until then: the recording that ships with flamepipe."
  gzip -dc fixtures/demo/recording.txt.gz >"$work/script.txt"
  origin="$sample, the shipped recording"
fi

dist/perf-fold.cjs --kernel "$work/script.txt" >"$work/cpu.folded"
dist/flame-svg.cjs --title 'On-CPU: four threads of a Node program' --subtitle "$origin" \
  --countname ms --factor 1e-6 "$work/cpu.folded" >"$work/cpu.svg"
rm -f demo/perf.data
for file in perf.data cpu.folded cpu.svg; do
  if [[ -e $work/$file ]]; then mv "$work/$file" demo/; fi
done

node --import tsx scripts/top.ts demo/cpu.folded
echo
echo "The flame graph: $PWD/demo/cpu.svg (open it in a browser)"
