#!/usr/bin/env python3
"""Runs qmllint over every module of the window; any complaint fails.

Usage: qmllint.py BUILT_MODULES UI_FOLDER

Qt 6.4 has no ComponentBehavior pragma, so a delegate cannot bind the ids around it and qmllint calls each use of such
an id "unqualified". Those are told apart here: a name that is an id of the same file is fine, any other is an error.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys


def qmllint():
    for candidate in ("/usr/lib/qt6/bin/qmllint", "qmllint6", "qmllint"):
        found = shutil.which(candidate)
        if found:
            return found
    sys.exit("qmllint is not installed (qt6-declarative-dev-tools)")


def main():
    modules, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    files = sorted(folder.rglob("*.qml"))
    complaints = []
    command = [qmllint(), "--json", "-", "-I", modules, *map(str, files)]
    output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    for report in json.loads(output)["files"]:
        path = report["filename"]
        text = pathlib.Path(path).read_text(encoding="utf-8")
        lines = text.splitlines()
        ids = set(re.findall(r"^\s*id:\s*(\w+)", text, re.MULTILINE))
        for warning in report["warnings"]:
            line = warning.get("line", 0)
            if warning["message"].startswith("Unqualified access") and line:
                rest = lines[line - 1][warning["column"] - 1:]
                name = re.match(r"\w+", rest)
                if name and name.group(0) in ids:
                    continue
            complaints.append(f"{path}:{line}: {warning['message']}")
    print("\n".join(complaints) or f"qmllint: {len(files)} files, no complaint")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
