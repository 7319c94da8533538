#!/bin/bash
# The table of faults: what the built tools do when the world around them fails. Runs as root for the full disk (a small
# tmpfs); BIG=1 adds 4 GiB and 10 million distinct stacks through each filter.
set -u
cd "$(dirname "$0")/.." || exit 2
tools=$PWD/dist
folder=$(mktemp -d)
trap 'umount "$folder/full" 2>/dev/null; rm -rf "$folder"' EXIT
unset NODE_EXTRA_CA_CERTS
zcat fixtures/demo/recording.txt.gz > "$folder/perf.txt"
"$tools/perf-fold.cjs" "$folder/perf.txt" > "$folder/in.folded"
cd "$folder" || exit 2
export PATH="$folder/bin:$PATH"
mkdir bin
for tool in "$tools"/*.cjs; do
  case $tool in *.main.cjs) ;; *) ln -s "$tool" "bin/$(basename "$tool" .cjs)" ;; esac
done

# fault WHAT LINE…: runs the line; prints its status, the size of `out`, and the first message
fault() {
  local what=$1 status
  shift
  rm -f out
  timeout 300 bash -c "$*" 2> err
  status=$?
  printf '| %s | `%s` | %s | %s |\n' "$what" "${*//|/\\|}" "$status" "$(head -1 err | cut -c1-140)"
}

echo '| fault | command | status | first message |'
echo '|---|---|---:|---|'
fault 'the reader leaves' 'set -o pipefail; flame-svg in.folded | head -c 100 > out'
fault 'the reader leaves at once' 'set -o pipefail; perf-fold perf.txt | true'
fault 'no space: /dev/full' 'perf-fold perf.txt > /dev/full'
if mkdir full && mount -t tmpfs -o size=16k none full 2> /dev/null; then
  fault 'a full disk' 'flame-svg in.folded > full/out.svg'
  umount full
fi
fault 'input/output error' 'fold-merge /proc/self/mem > out'
fault 'stdout closed' 'fold-merge in.folded >&-'
fault 'stdin closed' 'fold-merge <&- > out'
fault 'stderr closed' 'fold-merge in.folded no-such-file > out 2>&-'
fault 'a directory' 'perf-fold . > out'
for signal in INT TERM HUP QUIT; do
  fault "SIG$signal while it reads" "{ cat perf.txt; sleep 5; } | perf-fold > out & sleep 1; kill -$signal \$!; wait \$!"
done
fault '1 GiB of address space' 'ulimit -v 1048576; fold-merge in.folded > out'
fault 'a heap of 64 MiB' 'NODE_OPTIONS=--max-old-space-size=64 flame-svg in.folded > out'
fault '10,000 frames deep' "perl -e 'print join(\";\", map { \"f\$_\" } 1 .. 10000), \" 5\\n\"' | flame-svg > out"
fault 'a line of 100 MiB' "perl -e 'print \"a;\" . \"b\" x (100 << 20) . \" 5\\n\"' | fold-merge > out"
fault '50,000 files' "mkdir many; (cd many; for i in \$(seq 50000); do echo 'a;b 1' > \$i; done); find many -type f | xargs -x -s 2000000 -n 50000 fold-merge > out; cat out >&2"
fault 'a gzip bomb' 'head -c 2147483648 /dev/zero | gzip -1 | pprof-fold > out'
fault 'damaged gzip' "gzip -c in.folded | head -c 400 | fold-merge > out"
if [ "${BIG:-}" ]; then
  # size WHAT MAKER TOOL…: what the tool makes of what the maker prints; its CPU time and peak memory
  size() {
    local what=$1 maker=$2 status
    shift 2
    "$maker" | /usr/bin/time -o cost -f '%U + %S s, %M KiB' "$@" > out 2> err
    status=$?
    printf '| %s | `%s` | %s | %s | %s |\n' "$what" "$*" "$status" "$(tail -1 cost)" "$(head -1 err | cut -c1-100)"
  }
  over_and_over() { while cat "$1" 2> /dev/null; do :; done | head -c 4294967296; }
  text() { over_and_over twenty.txt; }
  stacks() { over_and_over many.folded; }
  dump() { over_and_over dump.txt; }
  many_stacks() { perl -e 'print "a;f$_;g", $_ % 1000, " 1\n" for 1 .. 10_000_000'; }
  many_samples() { perl -e 'printf "app 4242 [001] 12345.678901:     250000 cpu-clock: \n\t    %x leaf%d+0x10 (/opt/app)\n\t    55d0 main+0x1 (/opt/app)\n\n", 65536 + 16 * $_, $_ for 1 .. 10_000_000'; }
  many_entries() { perl -e 'print "Attaching 3 probes...\n\n"; print "\@offcpu[\n    __schedule+1\n    schedule+2\n, \n    leaf$_+1\n    main+1\n, app]: $_\n" for 1 .. 10_000_000'; }
  for _ in $(seq 20); do cat perf.txt; done > twenty.txt
  for _ in $(seq 500); do cat in.folded; done > many.folded
  perl -e 'print "Attaching 3 probes...\n\n"; print "\@offcpu[\n    __schedule+1\n    futex_wait+3\n, \n    leaf$_+1\n    main+1\n, app]: $_\n" for 1 .. 20_000' > dump.txt
  echo '| size | command | status | CPU, peak memory | first message |'
  echo '|---|---|---:|---:|---|'
  size '4 GiB' text perf-fold
  for tool in fold-merge 'fold-grep --include main' flame-svg 'fold-diff - in.folded' 'fold-export --pprof' 'offcpu-classify --table'; do
    # shellcheck disable=SC2086
    size '4 GiB' stacks $tool
  done
  size '4 GiB' dump offcpu-fold
  for tool in fold-merge 'fold-grep --include f1.*' flame-svg 'fold-diff - in.folded' 'fold-export --pprof' 'offcpu-classify --table'; do
    # shellcheck disable=SC2086
    size '10 million stacks' many_stacks $tool
  done
  size '10 million stacks' many_samples perf-fold
  size '10 million stacks' many_entries offcpu-fold
fi
