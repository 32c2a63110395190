#!/usr/bin/env bash
# lint.sh BUILD_DIR: the tree's own rules (format, layering, file size, named paths), clang-tidy over the rooms' sources (short
# allow-list in .clang-tidy), then qmllint; any finding fails. The build folder holds a finished build.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1

for check in format layering file_size readme_paths; do
  python3 "tests/checks/$check.py"
done
python3 packaging/checks/tidy.py "$build"
if grep -q 'HEARTH_BUILD_UI:BOOL=ON' "$build/CMakeCache.txt"; then
  python3 packaging/checks/qmllint.py "$build/qml" ui
fi
echo "lint: clean"
