#!/usr/bin/env python3
"""clang-tidy over the rooms' sources; any finding fails.

Usage: tidy.py BUILD_DIR

The build folder must hold a finished build: ninja's record of what each source includes says when a source has to be
looked at again. One that was clean is passed over until it, a file it includes, its flags or .clang-tidy change. Most
of the time goes into headers, above all the standard library's, so neighbours are looked at together, as one source;
where that says anything, each is looked at alone, and that counts.

Looked at: every source of the rooms that the build compiles, and the rooms' headers through them. Of the sources that
are made from one template at configure time (quant_format.cpp.in, one a format) the first stands for all. A source that
is compiled for several SIMD targets is looked at for all those that clang's compiler supports.
Not looked at: GPU kernels (.cu), of which clang-tidy 14 understands too little; tests and tools, which reach no user;
what Qt's tools generate.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
GROUP = 4  # sources looked at together
ROOMS = ("kernels/", "engine/", "app/", "ui/")
NOISE = re.compile(r"^(\d+ warnings? .*generated\.|Suppressed .*|Use -header-filter.*|Use -system-headers.*)?$")


def included_files(build: pathlib.Path) -> dict:
    """From an object file to all files it was compiled from, by ninja's record."""
    output = subprocess.run(["ninja", "-C", str(build), "-t", "deps"], capture_output=True, text=True, check=True).stdout
    files, current = {}, []
    for line in output.splitlines():
        if line.startswith(" "):
            current.append(line.strip())
        elif ": #deps" in line:
            current = files[line.split(": #deps")[0]] = []
    return files


class Stamps:
    """Keys of sources that were clean, in the build folder."""

    def __init__(self, build: pathlib.Path):
        self.folder = build / "lint"
        self.folder.mkdir(exist_ok=True)
        self.build = build
        self.included = included_files(build)
        self.digests = {}
        version = subprocess.run(["clang-tidy", "--version"], capture_output=True, check=True).stdout
        self.common = version + (ROOT / ".clang-tidy").read_bytes()

    def digest(self, name: str) -> bytes:
        if name not in self.digests:
            path = (self.build / name).resolve()
            if path.is_relative_to(ROOT):
                self.digests[name] = hashlib.sha256(path.read_bytes()).digest()
            else:
                self.digests[name] = f"{path.stat().st_size} {path.stat().st_mtime_ns}".encode()
        return self.digests[name]

    def key(self, entry: dict):
        """None where it is not known what the source includes."""
        names = self.included.get(entry["output"])
        if not names:
            return None
        key = hashlib.sha256(self.common + entry["command"].encode())
        for name in sorted(names):
            key.update(name.encode() + b"\0" + self.digest(name))
        return key.hexdigest()

    def place(self, entry: dict) -> pathlib.Path:
        return self.folder / hashlib.sha256(entry["output"].encode()).hexdigest()[:32]

    def was_clean(self, entry: dict) -> bool:
        place, key = self.place(entry), self.key(entry)
        return key is not None and place.is_file() and place.read_text() == key

    def mark_clean(self, entry: dict):
        key = self.key(entry)
        if key is not None:
            self.place(entry).write_text(key)


def run(arguments: list, file: str) -> str:
    # The warnings are g++'s to decide; clang knows others and not all of its pragmas.
    command = ["clang-tidy", "--quiet", "--warnings-as-errors=*", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    noise_free = [line for line in done.stderr.splitlines() if not NOISE.match(line)]
    said = done.stdout + "\n".join(noise_free)
    return said if said.strip() or done.returncode == 0 else f"{file}: clang-tidy ended with {done.returncode}"


def groups_of(todo: list) -> list:
    """Neighbours that are compiled alike, a few at a time; sources that include themselves (SIMD targets) stay alone."""
    alike = {}
    for entry in todo:
        file = pathlib.Path(ROOT, entry["file"])
        flags = entry["command"].split(" -o ")[0]
        alone = entry["file"] if "foreach_target" in file.read_text(encoding="utf-8") else ""
        alike.setdefault((file.parent, flags, alone), []).append(entry)
    groups = []
    for same in alike.values():
        count = -(-len(same) // GROUP)
        groups += [same[first::count] for first in range(count)]
    return groups


def group_is_clean(build: pathlib.Path, group: list) -> bool:
    """Looks at all of them as one source, which reads their headers once. Names that clash are no finding."""
    whole = build / "lint" / (hashlib.sha256(group[0]["file"].encode()).hexdigest()[:32] + ".cpp")
    whole.write_text("".join(f'#include "{ROOT / entry["file"]}"\n' for entry in group))
    flags = shlex.split(group[0]["command"].split(" -o ")[0])[1:]
    try:
        return not run(["--header-filter=/(kernels|engine|app|ui)/.*\\.(h|cpp)$", str(whole), "--", *flags, "-Wno-error"],
                       str(whole))
    finally:
        whole.unlink()


def look(build: pathlib.Path, group: list) -> list:
    """What there is to say of each source of a group: nothing when it is clean."""
    if len(group) > 1 and group_is_clean(build, group):
        return ["" for _ in group]
    return [run(["-p", str(build), "--extra-arg=-Wno-error", entry["file"]], entry["file"]) for entry in group]


def sources(build: pathlib.Path) -> list:
    """What the header of this file says is looked at, as entries of the compilation database."""
    entries, made = [], {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = pathlib.Path(entry["directory"], entry["file"]).resolve()
        name = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else ""
        # CMake names the object in the command alone.
        output = entry.get("output") or re.search(r" -o (\S+)", entry["command"]).group(1)
        found = {"file": name, "output": output, "command": entry["command"]}
        if name.startswith(ROOMS) and name.endswith(".cpp"):
            entries.append(found)
        elif path.is_relative_to(build / "kernels"):
            made.setdefault(path.parent, found)
    return entries + list(made.values())


def main() -> int:
    build = pathlib.Path(sys.argv[1]).resolve()
    entries = sources(build)
    stamps = Stamps(build)
    todo = [entry for entry in entries if not stamps.was_clean(entry)]
    print(f"clang-tidy: {len(todo)} of {len(entries)} sources, the others are as they were when they were clean", flush=True)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        groups = groups_of(todo)
        for group, answers in zip(groups, pool.map(lambda g: look(build, g), groups)):
            for entry, said in zip(group, answers):
                if said.strip():
                    failed += 1
                    print(said, flush=True)
                else:
                    stamps.mark_clean(entry)
    print(f"clang-tidy: findings in {failed} sources" if failed else "clang-tidy: no finding", flush=True)
    return 1 if failed or not entries else 0


if __name__ == "__main__":
    sys.exit(main())
