# shellcheck shell=bash
# Sourced: the mirror of Debian that this machine takes its packages from, in $mirror. WARIFU_DEBIAN_MIRROR names another one.
host_mirror() {
  { cat /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list 2>/dev/null || true; } |
    sed -nE 's#^(URIs:|deb) (.* )?(https?://[^ ]+/debian/?)( .*)?$#\3#p' | sed -n 1p
}
mirror=${WARIFU_DEBIAN_MIRROR:-$(host_mirror)}
[ -n "$mirror" ] || {
  echo "$(basename "$0" .sh): no Debian mirror found; set WARIFU_DEBIAN_MIRROR" >&2
  exit 1
}
[ "$(id -u)" = 0 ] || {
  echo "$(basename "$0" .sh): needs root" >&2
  exit 1
}
command -v debootstrap >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends debootstrap >&2
