#!/usr/bin/env python3
"""A room includes only rooms below it, and of those the public headers alone: kernels <- engine <- app <- ui. No Qt below ui,
no CUDA outside kernels/cuda."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROOMS = ["kernels", "engine", "app", "ui"]
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def problems_of(path: str, text: str):
    room = path.split("/", 1)[0]
    below = ROOMS[: ROOMS.index(room) + 1]
    for number, line in enumerate(text.splitlines(), 1):
        found = INCLUDE.match(line)
        if not found:
            continue
        target = found.group(1)
        first = target.split("/", 1)[0]
        where = f"{path}:{number}: includes {target}"
        if first in ROOMS and first not in below:
            yield f"{where}: a room above"
        if first == "tests":
            yield f"{where}: product code must not include tests"
        if room != "ui" and re.match(r"Q[A-Z]|Qt", target):
            yield f"{where}: no Qt below ui"
        if re.search(r"cuda|cublas|nccl", target) and not path.startswith("kernels/cuda/") and first not in ROOMS:
            yield f"{where}: no CUDA header outside kernels/cuda"
        if first in ROOMS and first != room and target.count("/") > 1:
            yield f"{where}: private to its room"
        if target == "httplib.h" and not path.startswith("app/"):
            yield f"{where}: HTTP lives in app"


def main() -> int:
    files = subprocess.run(["git", "ls-files", *(f"{room}/*" for room in ROOMS)], cwd=ROOT, text=True,
                           capture_output=True, check=True).stdout.split()
    sources = [f for f in files if f.endswith((".h", ".cpp", ".cu", ".cuh"))]
    problems = [p for f in sources for p in problems_of(f, (ROOT / f).read_text(encoding="utf-8"))]
    print("\n".join(problems) or f"{len(sources)} files, no edge upwards")
    return 1 if problems or not sources else 0


if __name__ == "__main__":
    sys.exit(main())
