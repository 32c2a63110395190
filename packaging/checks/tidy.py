#!/usr/bin/env python3
"""clang-tidy over the rooms' sources; any finding fails.

Usage: tidy.py BUILD_DIR

The build folder must hold a finished build: ninja's record of what each source includes says when a source has to be
looked at again. One that was clean is passed over until it, a file it includes, its flags or .clang-tidy change. From
nothing, two cores take some ten minutes: half of it reads the standard library's headers and half matches them, so
leaving out checks saves little.

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
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
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


def findings(build: pathlib.Path, file: str) -> str:
    # The warnings are g++'s to decide; clang knows others and not all of its pragmas.
    command = ["clang-tidy", "-p", str(build), "--quiet", "--extra-arg=-Wno-error", "--warnings-as-errors=*", file]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    noise_free = [line for line in done.stderr.splitlines() if not NOISE.match(line)]
    said = done.stdout + "\n".join(noise_free)
    return said if said.strip() or done.returncode == 0 else f"{file}: clang-tidy ended with {done.returncode}"


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
        for entry, said in zip(todo, pool.map(lambda e: findings(build, e["file"]), todo)):
            if said:
                failed += 1
                print(said, flush=True)
            else:
                stamps.mark_clean(entry)
    print(f"clang-tidy: findings in {failed} sources" if failed else "clang-tidy: no finding", flush=True)
    return 1 if failed or not entries else 0


if __name__ == "__main__":
    sys.exit(main())
