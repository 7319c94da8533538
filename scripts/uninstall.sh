#!/bin/bash
# uninstall.sh TOOL…: removes what install.sh put below $DESTDIR$PREFIX.
set -euo pipefail

target=${DESTDIR:-}${PREFIX:?}
for tool in "$@"; do rm -f "$target/bin/$tool"; done
rm -rf "$target/lib/flamepipe"
