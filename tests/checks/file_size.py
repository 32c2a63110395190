#!/usr/bin/env python3
"""No source file over 600 lines."""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIMIT = 600
KINDS = (".h", ".cpp", ".cu", ".cuh", ".qml", ".py", ".sh", ".cmake", "CMakeLists.txt")


def main() -> int:
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, text=True, capture_output=True, check=True).stdout.split("\n")
    sources = [f for f in files if f.endswith(KINDS) and (ROOT / f).is_file()]
    sizes = {f: (ROOT / f).read_bytes().count(b"\n") for f in sources}
    long = [f"{f}: {n} lines" for f, n in sizes.items() if n > LIMIT]
    print("\n".join(long) or f"{len(sources)} files, the longest has {max(sizes.values())} lines")
    return 1 if long or not sources else 0


if __name__ == "__main__":
    sys.exit(main())
