#!/bin/bash
# uninstall.sh TOOL…: removes what install.sh put below $DESTDIR$PREFIX.
set -euo pipefail

target=${DESTDIR:-}${PREFIX:?}
share=$target/share
for tool in "$@"; do
  rm -f "$target/bin/$tool" "$share/man/man1/$tool.1" "$share/bash-completion/completions/$tool" \
    "$share/zsh/site-functions/_$tool" "$share/fish/vendor_completions.d/$tool.fish"
done
rm -rf "$target/lib/flamepipe"
