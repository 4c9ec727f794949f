# Sourced by the scripts beside it.
# shellcheck shell=bash
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export root

die() { # STATUS TEXT…: one line and out
  local status=$1
  shift
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit "$status"
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die 2 "needs root or sudo to run: $* (or install the packages yourself and pass --no-install)"
  fi
}

build_packages() {
  printf '%s\n' g++ cmake ninja-build pkg-config zlib1g-dev libdw-dev libfmt-dev libcli11-dev libprotozero-dev \
    libgoogle-perftools-dev libsqlite3-dev python3
}

can_install() { # NAME
  [[ $(apt-cache policy "$1") == *'Candidate: '[0-9]* ]]
}

# The coroutine and channel parts of Asio that the lab uses came with Boost 1.81; the versioned packages are those that have it.
boost_packages() {
  local version
  for version in 1.81 1.83 1.88 ''; do
    if can_install "libboost-json$version-dev"; then
      printf '%s\n' "libboost$version-dev" "libboost-json$version-dev"
      return
    fi
  done
  die 2 "no Boost package found; Debian 12, Debian 13 and Ubuntu 24.04 have one that fits"
}

missing_packages() { # NAME…: those that are not installed
  local name
  for name in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || echo "$name"
  done
}

update_package_lists() {
  [ -n "${package_lists_are_new-}" ] && return
  as_root apt-get update -q >/dev/null
  package_lists_are_new=yes
}

install_packages() { # NAME…: installs what is missing; asks for nothing when nothing is
  local missing
  command -v apt-get >/dev/null || die 2 "knows only apt; install these and pass --no-install: $*"
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  update_package_lists
  echo "installing: ${missing[*]}"
  DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null ||
    die 2 "apt-get could not install: ${missing[*]}"
}

# The runtime needs std::source_location, which clang has since 16; each distribution has a few versions.
choose_clang() { # sets clang_version: one that is installed, else one that can be, else nothing
  for clang_version in 19 18 17 16; do
    command -v "clang++-$clang_version" >/dev/null && return
  done
  update_package_lists
  for clang_version in 16 19 18 17; do
    can_install "clang-$clang_version" && return
  done
  clang_version=
}

install_boost() {
  command -v apt-get >/dev/null || die 2 "knows only apt; install Boost 1.81 or later and pass --no-install"
  local names
  [[ $(dpkg-query -W -f ' ${db:Status-Status} ' 'libboost-json1.8[1-9]-dev' 2>/dev/null || true) == *' installed '* ]] && return
  update_package_lists
  mapfile -t names < <(boost_packages)
  install_packages "${names[@]}"
}
