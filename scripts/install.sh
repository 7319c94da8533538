#!/bin/bash
# install.sh TOOL…: installs the built tools below $DESTDIR$PREFIX. Where the build brought a Node of its own, that Node
# goes along, and the launchers start it.
set -euo pipefail
cd "$(dirname "$0")/.."

prefix=${PREFIX:?}
target=${DESTDIR:-}$prefix

if ! mkdir -p "$target/bin" "$target/lib/flamepipe" 2>/dev/null || [[ ! -w $target/bin || ! -w $target/lib/flamepipe ]]; then
  echo "cannot write to $target; type: make install PREFIX=\$HOME/.local        or: sudo make install" >&2
  exit 1
fi

rm -rf "$target/lib/flamepipe"
mkdir -p "$target/lib/flamepipe"
cp -R dist/. bpf/offcpu.bt flamepipe.mk LICENSE "$target/lib/flamepipe/"
chmod -R u+w,go+rX "$target/lib/flamepipe"

brought=build/node/node_modules/node/bin/node
[[ -e $brought ]] && install -m 755 "$brought" "$target/lib/flamepipe/node"

# man pages and completions, where man and the shells look for them
share=$target/share
mkdir -p "$share/man/man1" "$share/bash-completion/completions" "$share/zsh/site-functions" "$share/fish/vendor_completions.d"

for tool in "$@"; do
  install -m 644 "dist/man/$tool.1" "$share/man/man1"
  install -m 644 "dist/completions/bash/$tool" "$share/bash-completion/completions"
  install -m 644 "dist/completions/zsh/_$tool" "$share/zsh/site-functions"
  install -m 644 "dist/completions/fish/$tool.fish" "$share/fish/vendor_completions.d"
  rm -f "$target/bin/$tool"
  if [[ -e $brought ]]; then
    # ' within '…' is '\''
    quoted=${prefix//\'/\'\\\'\'}/lib/flamepipe/node
    launcher=$(<"dist/$tool.cjs")
    printf '%s\n' "${launcher/exec node /"exec '$quoted' "}" >"$target/lib/flamepipe/$tool.cjs"
  fi
  ln -s "../lib/flamepipe/$tool.cjs" "$target/bin/$tool"
  echo "$target/bin/$tool"
done

# for the Node that starts the tools here; a staged installation may run on another machine, with another one
rm -f "$target"/lib/flamepipe/*.code
if [[ -z ${DESTDIR:-} ]]; then
  node=node
  [[ -e $brought ]] && node=$target/lib/flamepipe/node
  "$node" scripts/code-cache.cjs "$target/lib/flamepipe"
  chmod -f go+r "$target"/lib/flamepipe/*.code || true
fi
case ${DESTDIR:+staged}:$PATH: in
  staged:* | *:"$prefix/bin":*) ;;
  *) echo "$prefix/bin is not on your PATH; type: export PATH=\"$prefix/bin:\$PATH\"" ;;
esac
