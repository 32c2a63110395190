"""A private desktop for one program: X server, D-Bus session, accessibility bus; its screen and its accessible tree."""
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time

SKIP = 77
WIDTH, HEIGHT = 1280, 800
NEEDED = ("Xvfb", "xdotool", "dbus-run-session")


class Failed(Exception):
    """What did not happen, in words."""


def skip(why):
    print("SKIPPED:", why)
    sys.exit(SKIP)


def enter():
    """Starts this script anew within a D-Bus session of its own, with an X server; comes back inside."""
    if os.environ.get("HEARTH_A11Y_SESSION"):
        return
    for program in NEEDED:
        if shutil.which(program) is None:
            skip(program + " is not installed (packaging/install-deps.sh test)")
    try:
        import gi
        gi.require_version("Atspi", "2.0")
    except (ImportError, ValueError):
        skip("python3-gi or gir1.2-atspi-2.0 is not installed (packaging/install-deps.sh test)")
    folder = tempfile.mkdtemp(prefix="hearth-a11y-")
    os.chmod(folder, 0o700)
    read_end, write_end = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write_end), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-fbdir", folder,
         "-nolisten", "tcp"],
        pass_fds=[write_end], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write_end)
    status = 1
    try:
        number = os.read(read_end, 16).decode().strip()
        if not number:
            raise SystemExit("Xvfb did not start")
        environment = {k: v for k, v in os.environ.items()
                       if k not in ("DBUS_SESSION_BUS_ADDRESS", "AT_SPI_BUS_ADDRESS", "WAYLAND_DISPLAY",
                                    "QT_QPA_PLATFORM", "HEARTH_PORT")}
        environment.update(
            HEARTH_A11Y_SESSION=folder, DISPLAY=":" + number, XDG_RUNTIME_DIR=folder, LC_ALL="C.UTF-8",
            NO_AT_BRIDGE="0", QT_LINUX_ACCESSIBILITY_ALWAYS_ON="1", QT_QUICK_BACKEND="software", QT_QPA_PLATFORM="xcb")
        status = subprocess.call(["dbus-run-session", "--", sys.executable, *sys.argv], env=environment)
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(status)


class Screen:
    """The X server's frame buffer, as rows of bytes."""

    def __init__(self):
        self.path = os.path.join(os.environ["HEARTH_A11Y_SESSION"], "Xvfb_screen0")

    def region(self, box):
        """The pixels (blue, green, red, unused) of (x, y, width, height), cut to the screen."""
        with open(self.path, "rb") as file:
            head = struct.unpack(">25I", file.read(100))
            start, row_bytes, colours = head[0], head[12], head[19]
            x0, y0 = max(0, box[0]), max(0, box[1])
            x1, y1 = min(WIDTH, box[0] + box[2]), min(HEIGHT, box[1] + box[3])
            rows = []
            for y in range(y0, max(y0, y1)):
                file.seek(start + colours * 12 + y * row_bytes + x0 * 4)
                rows.append(file.read(max(0, x1 - x0) * 4))
            return b"".join(rows)


class Program:
    """The program under test and what a screen reader knows of it."""

    def __init__(self, command, environment):
        import gi
        gi.require_version("Atspi", "2.0")
        from gi.repository import Atspi, GLib
        self.Atspi, self.context = Atspi, GLib.MainContext.default()
        Atspi.init()
        self.focus_events = []
        self.listener = Atspi.EventListener.new(self._on_focus)
        self.listener.register("object:state-changed:focused")
        self.process = subprocess.Popen(command, env={**os.environ, **environment})
        self.app = self.until(self._find, "the program in the accessible tree", 60)
        self.window = self.until(self._window_id, "the window", 60)
        subprocess.run(["xdotool", "windowmove", "--sync", self.window, "0", "0"], check=False, timeout=20)
        subprocess.run(["xdotool", "windowsize", self.window, str(WIDTH), str(HEIGHT)], check=True, timeout=20)
        subprocess.run(["xdotool", "windowfocus", "--sync", self.window], check=False, timeout=20)
        self.rest(0.5)

    def _on_focus(self, event, *_):
        if event.detail1:
            self.focus_events.append(event.source)

    def _find(self):
        desktop = self.Atspi.get_desktop(0)
        for i in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(i)
            if child is not None and child.get_process_id() == self.process.pid:
                return child
        return None

    def _window_id(self):
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--pid", str(self.process.pid)],
                               capture_output=True, text=True, check=False, timeout=20).stdout.split()
        return found[0] if found else None

    def rest(self, seconds):
        """Lets events come in."""
        end = time.monotonic() + seconds
        while True:
            while self.context.iteration(False):
                pass
            if time.monotonic() >= end:
                return
            time.sleep(0.01)

    def until(self, condition, what, seconds=30):
        """The first value of condition() that counts; an error of the bus counts as none."""
        end = time.monotonic() + seconds
        while True:
            if self.process.poll() is not None:
                raise Failed(f"the program ended with {self.process.returncode}, waiting for: {what}")
            try:
                value = condition()
            except Exception as error:  # an object that went away in between
                value, last = None, error
                if time.monotonic() >= end:
                    raise Failed(f"not there after {seconds} s: {what} ({last})") from last
            if value:
                return value
            if time.monotonic() >= end:
                raise Failed(f"not there after {seconds} s: {what}")
            self.rest(0.05)

    def keys(self, *names):
        subprocess.run(["xdotool", "key", "--clearmodifiers", "--delay", "12", *names], check=True, timeout=30)

    def type(self, text):
        subprocess.run(["xdotool", "type", "--clearmodifiers", "--delay", "12", text], check=True, timeout=60)

    def has(self, accessible, state):
        return accessible.get_state_set().contains(getattr(self.Atspi.StateType, state))

    def walk(self, root=None, depth=0):
        """Everything that is shown below `root`, in the order of the tree."""
        root = self.app if root is None else root
        if depth > 60:
            return
        for i in range(root.get_child_count()):
            child = root.get_child_at_index(i)
            if child is None or (depth > 0 and not self.has(child, "SHOWING")):
                continue
            yield child
            yield from self.walk(child, depth + 1)

    def find(self, matches):
        """The first shown object that `matches(role name, name)`."""
        for one in self.walk():
            if matches(one.get_role_name(), one.get_name() or ""):
                return one
        return None

    def focused(self):
        """Where the keyboard is: what the last event said if it still holds, else as the tree has it."""
        for event in reversed(self.focus_events[-3:]):
            try:
                event.clear_cache()
                if self.has(event, "FOCUSED") and self.has(event, "SHOWING"):
                    return event
            except Exception:
                continue
        self.app.clear_cache()
        for one in self.walk():
            if self.has(one, "FOCUSED") and one.get_role_name() not in ("frame", "window", "application"):
                return one
        return None

    def box(self, accessible):
        extents = accessible.get_extents(self.Atspi.CoordType.SCREEN)
        return extents.x, extents.y, extents.width, extents.height

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
