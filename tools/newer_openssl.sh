#!/usr/bin/env bash
# Do the programs that were built here against OpenSSL 3.0 use what a later one offers (ML-KEM)? Fetches the libraries of Debian 13 into a temporary
# folder and runs each program with them, through their own loader; what Debian 13 lacks comes from this machine. The folder is removed at the end.
# A test that says it was skipped since the library has no ML-KEM is a failure here.
#
# usage: tools/newer_openssl.sh [--run] PROGRAM [PROGRAM…]
#        --run: one program with its arguments, as it is
#
# Root only. WARIFU_DEBIAN_MIRROR names another mirror, WARIFU_NEWER_OPENSSL a folder that is kept and used again.
set -euo pipefail
root=$(dirname "$(dirname "$(readlink -f "$0")")")
# shellcheck source=tools/debian_mirror.sh
. "$root/tools/debian_mirror.sh"

room=${WARIFU_NEWER_OPENSSL:-}
if [ -z "$room" ]; then
  room=$(mktemp -d "${TMPDIR:-/tmp}/warifu-openssl.XXXXXX")
  trap 'rm -rf --one-file-system "$room"' EXIT
fi
libraries=$room/usr/lib/$(uname -m)-linux-gnu
if [ ! -e "$libraries/libcrypto.so.3" ]; then
  debootstrap --variant=minbase --include=libssl3t64,libstdc++6 trixie "$room" "$mirror" >"$room.log" 2>&1 || {
    cat "$room.log"
    rm -f "$room.log"
    exit 1
  }
  rm -f "$room.log"
fi
loader=$(echo "$libraries"/ld-linux-*.so.*)
with() { "$loader" --library-path "$libraries:/usr/lib/$(uname -m)-linux-gnu" "$@"; }

if [ "${1:-}" = --run ]; then
  shift
  with "$@"
  exit
fi
failed=0
for program in "$@"; do
  said=$(with "$program" 2>&1) || failed=1
  printf '%s\n' "$program" "$said"
  if grep -q 'the library has no ML-KEM' <<<"$said"; then
    echo "newer_openssl: this library has no ML-KEM either, or it was not used" >&2
    failed=1
  fi
done
exit "$failed"
