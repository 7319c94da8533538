#!/bin/bash
# The table of faults: what the built tools do when the world around them fails. Runs as root for the full disk (a small
# tmpfs); BIG=1 adds 4 GiB through a pipe and 10 million stacks.
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
  fault '4 GiB through a pipe' 'for i in $(seq 600); do cat perf.txt; done | head -c 4294967296 | perf-fold > out; wc -l < out >&2'
  fault '10 million stacks' "perl -e 'print \"a;f\$_;g\", \$_ % 1000, \" 1\\n\" for 1 .. 10_000_000' | fold-merge > out; wc -l < out >&2"
fi
