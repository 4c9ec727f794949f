# Sourced by the tests of strangers beside it. Quick to compile: their programs are looked at, not measured.
# shellcheck shell=bash
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export here
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

quietly() { # COMMAND…: shows what it printed if it fails, and ends the test
  "$@" >"$folder/log" 2>&1 && return
  echo "FAILED: $*"
  cat "$folder/log"
  exit 1
}

use_prefix() { # PREFIX: for pkg-config
  PKG_CONFIG_PATH=$(dirname "$(find "$1" -name leaklab.pc)")
  export PKG_CONFIG_PATH
}

# build_strangers SOURCE BUILD COMPILER [CMAKE-OPTION…]
build_strangers() {
  local source=$1 build=$2 compiler=$3
  shift 3
  quietly cmake -S "$source" -B "$build" -G Ninja -DCMAKE_CXX_COMPILER="$compiler" \
    -DCMAKE_CXX_FLAGS='-O0 -g1' "$@"
  quietly cmake --build "$build" -j 2
}
