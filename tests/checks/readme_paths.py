#!/usr/bin/env python3
"""Every path of the tree that a Markdown file names exists, so does every file that a folder's map lists, and every folder of
more than five files has a README.md."""
import collections
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOP = ("kernels/", "engine/", "app/", "ui/", "resources/", "tests/", "packaging/", "tools/", ".ci/")
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
NO_MAP = ("tests/data", "resources/icons", "resources/screenshots")


def named_paths(text: str):
    for span in CODE.findall(text):
        for word in span.split():
            word = word.rstrip(".,:;")
            if word.startswith(TOP) and not re.search(r"[<>*{}$|]|\.\.\.", word):
                yield word.split(":")[0], True
    for target in LINK.findall(text):
        if "://" not in target and not target.startswith("mailto:"):
            yield target, False


def listed_names(text: str):
    """What the first column of a map's tables names."""
    for line in text.splitlines():
        if line.startswith("|") and line.count("|") > 2:
            yield from CODE.findall(line.split("|")[1])


def main() -> int:
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, text=True, capture_output=True, check=True).stdout.split("\n")
    problems, checked = [], 0
    for file in (f for f in files if f.endswith(".md")):
        for path, from_root in named_paths((ROOT / file).read_text(encoding="utf-8")):
            checked += 1
            base = ROOT if from_root else (ROOT / file).parent
            if not (base / path).exists():
                problems.append(f"{file}: names {path}, which does not exist")
    for file in (f for f in files if f.endswith("/README.md")):
        folder = (ROOT / file).parent
        for name in listed_names((ROOT / file).read_text(encoding="utf-8")):
            checked += 1
            if not (ROOT / name).exists() and not any(folder.glob(name.rstrip("/*") + "*")):
                problems.append(f"{file}: lists {name}, which does not exist")
    counts = collections.Counter(str(pathlib.PurePosixPath(f).parent) for f in files if f)
    for folder, count in sorted(counts.items()):
        if count > 5 and not folder.startswith(NO_MAP) and not (ROOT / folder / "README.md").exists():
            problems.append(f"{folder}: {count} files and no README.md map")
    print("\n".join(problems) or f"{checked} paths, all there")
    return 1 if problems or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
