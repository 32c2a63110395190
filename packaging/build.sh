#!/usr/bin/env bash
# build.sh PRESET WERROR TARGET...: configures when needed, then builds. The target `hearth-cli` alone needs no Qt and no tests.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1 werror=$2
shift 2

options=(-DHEARTH_WERROR="$([ "$werror" = 1 ] && echo ON || echo OFF)")
# A machine without Qt or GoogleTest builds what it can: options follow from what is asked for and what is there.
have() { dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | grep -q '^ii'; }
if command -v dpkg-query >/dev/null; then
  options+=(-DHEARTH_BUILD_UI="$(have qt6-declarative-dev && echo ON || echo OFF)")
  options+=(-DHEARTH_BUILD_TESTS="$(have libgtest-dev && have libbenchmark-dev && echo ON || echo OFF)")
fi

stamp=build/$preset/.configured-with
if [ ! -f "build/$preset/build.ninja" ] || [ "$(cat "$stamp" 2>/dev/null)" != "${options[*]}" ]; then
  cmake --preset "$preset" "${options[@]}"
  echo "${options[*]}" >"$stamp"
fi
cmake --build --preset "$preset" --target "$@"
