#!/usr/bin/env bash
# Does a fresh machine get by with what the README says? Makes a bare Debian 12 in a temporary folder, clones HEAD into it and runs
# ./dev there; everything is removed at the end.
#
# usage: tools/cleanroom.sh [--keep] [test|build|setup] [ARGUMENTS of ./dev]
#
# Root only. The host's package sources, proxies and certificates are copied in, so that a mirror serves here as it does outside.
# WARIFU_DEBIAN_MIRROR names another mirror, WARIFU_CLEANROOM another folder to work in (it needs 6 GB).
set -euo pipefail
root=$(dirname "$(dirname "$(readlink -f "$0")")")
keep=
if [ "${1:-}" = --keep ]; then
  keep=yes
  shift
fi
[ $# != 0 ] || set -- test
# shellcheck source=tools/debian_mirror.sh
. "$root/tools/debian_mirror.sh"

room=$(mktemp -d "${WARIFU_CLEANROOM:-${TMPDIR:-/tmp}}/warifu-cleanroom.XXXXXX")
chmod 755 "$room" # it becomes /, which other users than root (PostgreSQL's, apt's) have to enter
mounts=()
leave() {
  local code=$? i
  for ((i = ${#mounts[@]} - 1; i >= 0; i--)); do umount "${mounts[i]}" 2>/dev/null || umount -l "${mounts[i]}" || true; done
  if [ -n "$keep" ]; then
    echo "cleanroom: kept $room" >&2
  elif grep -q " $room" /proc/mounts; then
    echo "cleanroom: something is still mounted below $room; left as it is" >&2
  else
    rm -rf --one-file-system "$room"
  fi
  exit "$code"
}
trap leave EXIT
trap 'exit 130' INT TERM

echo "cleanroom: a bare Debian 12 from $mirror in $room" >&2
debootstrap --variant=minbase bookworm "$room" "$mirror" >"$room.log" 2>&1 || {
  cat "$room.log" "$room/debootstrap/debootstrap.log" 2>/dev/null
  rm -f "$room.log"
  exit 1
}
rm -f "$room.log"

# Where packages come from is the machine's affair; which are installed is not.
copy() { if [ -e "$1" ]; then mkdir -p "$room$(dirname "$1")" && cp -aL "$1" "$room$1"; fi; }
rm -f "$room/etc/apt/sources.list"
for path in /etc/apt/sources.list /etc/apt/apt.conf /etc/resolv.conf /etc/hosts /etc/npmrc /root/.npmrc; do copy "$path"; done
for path in /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list /etc/apt/auth.conf.d/*.conf /usr/local/share/ca-certificates/*.crt; do copy "$path"; done
grep -lsE 'Proxy|Verify|Check-(Date|Valid)|Retries' /etc/apt/apt.conf.d/* | while read -r path; do copy "$path"; done
[ -e "$room/etc/apt/sources.list" ] || ls "$room"/etc/apt/sources.list.d/* >/dev/null

mount_in() {
  mkdir -p "$room$2"
  mount "${@:3}" "$1" "$room$2"
  mounts+=("$room$2")
}
mount_in proc /proc -t proc
mount_in sysfs /sys -t sysfs -o ro
mount_in /dev /dev --bind
mount_in devpts /dev/pts -t devpts -o newinstance,ptmxmode=0666 || true
mount_in tmpfs /dev/shm -t tmpfs -o mode=1777

inside() {
  local pass=(HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8) name
  for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY NODE_EXTRA_CA_CERTS; do
    if [ -n "${!name:-}" ]; then pass+=("$name=${!name}"); fi
  done
  while IFS= read -r name; do pass+=("$name"); done < <(env | grep -iE '^npm_config_(registry|cafile|proxy|https_proxy|noproxy)=' || true)
  chroot "$room" /usr/bin/env -i "${pass[@]}" "$@"
}

# "git and root, nothing else".
inside apt-get -qq update
inside env DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends git >/dev/null
mkdir -p "$room/srv"
git clone -q --no-local "file://$root" "$room/srv/warifu"
echo "cleanroom: ./dev $* at $(git -C "$room/srv/warifu" rev-parse --short HEAD)" >&2
start=$SECONDS
inside /srv/warifu/dev "$@"
echo "cleanroom: ./dev $1 ended well after $((SECONDS - start)) s" >&2
