#!/usr/bin/env bash
# lint.sh BUILD_DIR: clang-tidy over the rooms' sources (short allow-list in .clang-tidy, warnings are errors), then qmllint.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1

echo "clang-tidy"
git ls-files 'kernels/*.cpp' 'engine/*.cpp' 'app/*.cpp' 'ui/*.cpp' |
  xargs -P "$(nproc)" -n 4 clang-tidy -p "$build" --quiet --warnings-as-errors='*' 2> >(grep -v 'warnings generated\|Suppressed\|Use -header-filter' >&2)

if grep -q 'HEARTH_BUILD_UI:BOOL=ON' "$build/CMakeCache.txt"; then
  echo "qmllint"
  output=$(cmake --build "$build" --target all_qmllint 2>&1) || { echo "$output"; exit 1; }
  if grep -E '^(Warning|Error):' <<<"$output"; then
    echo "qmllint is not clean." >&2
    exit 1
  fi
fi
echo "lint: clean"
