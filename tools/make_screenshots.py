#!/usr/bin/env python3
"""Pictures of the real window for the README: resources/screenshots/{chat,model,server}-{light,dark}.png.

    tools/make_screenshots.py [--hearth build/release/bin/hearth]

Starts the program on the starter model under Xvfb with folders of its own, asks one greedy question by keyboard, and
photographs the pages in both themes. Needs Xvfb and xdotool (`apt install xvfb xdotool`) and the starter model in the
cache (`make run` or packaging/starter-model.sh). The pictures come from the file that Xvfb keeps its screen in.
"""
import argparse
import contextlib
import json
import os
import pathlib
import struct
import subprocess
import tempfile
import time
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[1]
TARGET = ROOT / "resources" / "screenshots"
SIZE = (1280, 800)
MOST_BYTES = 200_000
QUESTION = "Write a Python function that says whether a number is prime."
PAGES = {"chat": "ctrl+1", "model": "ctrl+2", "server": "ctrl+3"}


@contextlib.contextmanager
def running(command, env, folder=None, pass_fds=()):
    process = subprocess.Popen(command, env=env, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               pass_fds=pass_fds)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


def xdo(env, *words):
    return subprocess.run(["xdotool", *map(str, words)], env=env, check=True, capture_output=True, text=True,
                          timeout=30).stdout


def wait_for_window(env, process):
    for _ in range(150):
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--pid", str(process.pid)], env=env, check=False,
                               capture_output=True, text=True).stdout.split()
        if found:
            return found[-1]
        time.sleep(0.1)
    raise SystemExit("the window did not open")


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, rows, palette):
    """Of rows of palette indices where there is a palette, else of RGB."""
    head = struct.pack(">IIBBBBB", width, height, 8, 3 if palette else 2, 0, 0, 0)
    colours = chunk(b"PLTE", b"".join(palette)) if palette else b""
    body = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + colours + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def screen_rows(file):
    """The screen as rows of RGB, from the X window dump that Xvfb maps (little-endian, 32 bits a pixel)."""
    dump = file.read_bytes()
    fields = struct.unpack(">25I", dump[:100])
    head, width, height, stride, colours = fields[0], fields[4], fields[5], fields[12], fields[19]
    begin = head + colours * 12
    rows = []
    for y in range(height):
        line = dump[begin + y * stride:begin + y * stride + width * 4]
        row = bytearray(width * 3)
        row[0::3], row[1::3], row[2::3] = line[2::4], line[1::4], line[0::4]
        rows.append(bytes(row))
    return width, height, rows


def few_colours(rows):
    """The same rows as indices: every colour is one of 255, those that occur most; others take the nearest of them."""
    counts = {}
    for row in rows:
        for x in range(0, len(row), 3):
            counts[row[x:x + 3]] = counts.get(row[x:x + 3], 0) + 1
    palette = sorted(counts, key=counts.get, reverse=True)[:255]
    index = {colour: i for i, colour in enumerate(palette)}
    for colour in counts:
        if colour not in index:
            index[colour] = min(range(len(palette)),
                                key=lambda i, c=colour: sum((p - q) ** 2 for p, q in zip(palette[i], c)))
    return [bytes(index[row[x:x + 3]] for x in range(0, len(row), 3)) for row in rows], palette


def shoot(folder, name):
    width, height, rows = screen_rows(folder / "Xvfb_screen0")
    path = TARGET / f"{name}.png"
    data = png(width, height, rows, None)
    if len(data) > MOST_BYTES:
        rows, palette = few_colours(rows)
        data = png(width, height, rows, palette)
    path.write_bytes(data)
    print(path.relative_to(ROOT), len(data), "bytes")


def photograph(hearth, theme, env, folder, screen):
    config = folder / "config" / "hearth"
    config.mkdir(parents=True)
    (config / "settings.json").write_text(json.dumps({"theme": theme}))
    model = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"), "hearth", "models",
                         "SmolLM2-135M-Instruct.Q4_1.gguf")
    if not model.exists():
        raise SystemExit(f"{model} is not there")
    (folder / "models").mkdir()
    link = folder / "models" / model.name
    os.link(model, link) if os.stat(folder).st_dev == os.stat(model).st_dev else link.write_bytes(model.read_bytes())
    env = env | {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config"), "XDG_DATA_HOME": str(folder / "data"),
                 "XDG_RUNTIME_DIR": str(folder), "QT_QPA_PLATFORM": "xcb", "QT_QUICK_BACKEND": "software",
                 "LC_ALL": "C.UTF-8"}
    with running([str(hearth), str(link.relative_to(folder))], env, folder) as process:
        window = wait_for_window(env, process)
        xdo(env, "windowmove", window, 0, 0, "windowsize", "--sync", window, *SIZE, "windowfocus", window)
        time.sleep(5)  # the model is in
        xdo(env, "mousemove", 1232, 242, "click", "--repeat", 3, 1)
        xdo(env, "type", "0")
        xdo(env, "key", "Return", "ctrl+n")
        xdo(env, "type", "--delay", 10, QUESTION)
        xdo(env, "key", "Return")
        time.sleep(30)  # a long answer ends at its own pace; what is there by then is the picture
        xdo(env, "mousemove", SIZE[0] // 2, 24)
        for page, shortcut in PAGES.items():
            xdo(env, "key", shortcut)
            time.sleep(1.5)
            shoot(screen, f"{page}-{theme}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hearth", type=pathlib.Path, default=ROOT / "build" / "release" / "bin" / "hearth")
    arguments = parser.parse_args()
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as screen:
        read, write = os.pipe()
        command = ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24", "-nocursor",
                   "-fbdir", screen]
        with running(command, os.environ, pass_fds=[write]):
            os.close(write)
            with os.fdopen(read) as ready:
                env = os.environ | {"DISPLAY": ":" + ready.readline().strip()}
            for theme in ("light", "dark"):
                with tempfile.TemporaryDirectory() as folder:
                    photograph(arguments.hearth.resolve(), theme, env, pathlib.Path(folder), pathlib.Path(screen))


if __name__ == "__main__":
    main()
