#!/usr/bin/env python3
"""The real program twice under Xvfb: window place and size, page, last chat and last model come back.

    state_test.py HEARTH MODEL        exits 77 where Xvfb, xdotool or the model is missing
"""
import configparser
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

SKIP = 77
WAIT = 90
SIZE, PLACE = (1000, 700), (60, 40)


def wait(what, condition, seconds=WAIT):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    sys.exit(f"waited {seconds} s for {what}")


@contextlib.contextmanager
def running(command, env):
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def start_screen():
    read, write = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x900x24"], pass_fds=[write],
                              stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as ready:
        return server, ":" + ready.readline().strip()


class Program:
    """One run of the program and what can be asked of its window."""

    def __init__(self, process, env):
        self.process, self.env = process, env
        self.window = wait("the window", self.find)

    def xdo(self, *words):
        return subprocess.run(["xdotool", *map(str, words)], env=self.env, check=True, capture_output=True, text=True,
                              timeout=30).stdout

    def find(self):
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--pid", str(self.process.pid)], env=self.env,
                               capture_output=True, text=True, check=False).stdout.split()
        return found[-1] if found else None

    def geometry(self):
        lines = dict(line.split("=") for line in self.xdo("getwindowgeometry", "--shell", self.window).split())
        return (int(lines["X"]), int(lines["Y"])), (int(lines["WIDTH"]), int(lines["HEIGHT"]))

    def resident(self):
        """Megabytes in memory: with a model far more than without."""
        try:
            status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        except OSError:
            return 0
        return next((int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmRSS")), 0)


def last_model(folder):
    """The path that the program loads at its next start."""
    try:
        return json.loads((folder / "config" / "hearth" / "settings.json").read_text()).get("last-model", "")
    except (OSError, ValueError):
        return ""


def state(folder):
    """The window's own settings, once they are written."""
    ini = configparser.ConfigParser(strict=False, interpolation=None)
    with contextlib.suppress(configparser.Error, OSError):
        ini.read(folder / "config" / "hearth" / "window.ini", encoding="utf-8")
    return dict(ini["General"]) if ini.has_section("General") else {}


def journey(hearth, model, folder, env):
    with running([hearth, str(model)], env) as process:
        program = Program(process, env)
        program.xdo("windowmove", program.window, *PLACE, "windowsize", program.window, *SIZE, "windowfocus",
                    program.window)
        wait("the model", lambda: last_model(folder) == str(model))
        time.sleep(2)
        loaded = program.resident()
        program.xdo("key", "ctrl+n")
        program.xdo("type", "--delay", 20, "Hello")
        program.xdo("key", "Return")
        wait("the chat", lambda: int(state(folder).get("chat", 0)) > 0)
        program.xdo("key", "Escape", "ctrl+4")
        wait("the page", lambda: state(folder).get("page") == "monitor")
        wait("the geometry", lambda: str(SIZE[0]) in state(folder).get("geometry", ""))
        before, chat = program.geometry(), state(folder)["chat"]
    with running([hearth], env) as process:
        program = Program(process, env)
        wait("the same window", lambda: program.geometry() == before, 20)
        wait("the last model", lambda: program.resident() > 0.8 * loaded)
        time.sleep(2)
        after = state(folder)
        if after.get("chat") != chat or after.get("page") != "monitor":
            sys.exit(f"chat {chat} on the monitor page became {after}")
    print("window, page, chat and model came back")


def main():
    hearth, model = sys.argv[1], pathlib.Path(sys.argv[2])
    if not all(shutil.which(tool) for tool in ("Xvfb", "xdotool")) or not model.exists():
        print("skipped: needs Xvfb, xdotool and the starter model")
        sys.exit(SKIP)
    screen, display = start_screen()
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            env = os.environ | {"DISPLAY": display, "HOME": name, "XDG_CONFIG_HOME": f"{name}/config",
                                "XDG_DATA_HOME": f"{name}/data", "XDG_CACHE_HOME": f"{name}/cache",
                                "XDG_RUNTIME_DIR": name, "QT_QPA_PLATFORM": "xcb", "QT_QUICK_BACKEND": "software",
                                "LC_ALL": "C.UTF-8"}
            journey(hearth, model, folder, env)
    finally:
        screen.terminate()
        screen.wait(30)


if __name__ == "__main__":
    main()
