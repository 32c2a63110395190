#!/usr/bin/env python3
"""Pictures of the real window for the README: resources/screenshots/{chat,model,server}-{light,dark}.png.

    tools/make_screenshots.py [--hearth build/release/bin/hearth] [--display :99]

Starts the program on the starter model under Xvfb with folders of its own, asks one greedy question by keyboard, and
photographs the pages in both themes. Needs Xvfb, xdotool and ImageMagick (`apt install xvfb xdotool imagemagick`) and
the starter model in the cache (`make run` or packaging/starter-model.sh).
"""
import argparse
import contextlib
import json
import os
import pathlib
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
TARGET = ROOT / "resources" / "screenshots"
SIZE = (1280, 800)
MOST_BYTES = 200_000
QUESTION = "Write a Python function that says whether a number is prime."
PAGES = {"chat": "ctrl+1", "model": "ctrl+2", "server": "ctrl+3"}


@contextlib.contextmanager
def running(command, env, folder=None):
    process = subprocess.Popen(command, env=env, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
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


def shoot(env, window, name):
    path = TARGET / f"{name}.png"
    subprocess.run(["import", "-window", window, "-strip", "-define", "png:compression-level=9", str(path)], env=env,
                   check=True, timeout=60)
    if path.stat().st_size > MOST_BYTES:
        subprocess.run(["convert", str(path), "-strip", "+dither", "-colors", "255", f"PNG8:{path}"], check=True, timeout=60)
    print(path.relative_to(ROOT), path.stat().st_size, "bytes")


def photograph(hearth, theme, env, folder):
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
                 "XDG_RUNTIME_DIR": str(folder), "QT_QUICK_BACKEND": "software", "LC_ALL": "C.UTF-8"}
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
            shoot(env, window, f"{page}-{theme}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hearth", type=pathlib.Path, default=ROOT / "build" / "release" / "bin" / "hearth")
    parser.add_argument("--display", default=":99")
    arguments = parser.parse_args()
    TARGET.mkdir(exist_ok=True)
    env = os.environ | {"DISPLAY": arguments.display}
    screen = ["Xvfb", arguments.display, "-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24"]
    with running(screen, env):
        time.sleep(2)
        for theme in ("light", "dark"):
            with tempfile.TemporaryDirectory() as folder:
                photograph(arguments.hearth.resolve(), theme, env, pathlib.Path(folder))


if __name__ == "__main__":
    main()
