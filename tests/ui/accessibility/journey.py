#!/usr/bin/env python3
"""journey.py HEARTH: the main journey by keyboard alone, seen as a screen reader sees it (AT-SPI).

Start with the starter model, ask, read the answer block by block, stop a long one, then Tab through every page: each
stop has a name, a role and a visible focus frame, none holds the keyboard, and the order follows the layout.
"""
import os
import re
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from session import Failed, Program, Screen, enter, skip  # noqa: E402

STARTER = "hearth/models/SmolLM2-135M-Instruct.Q4_1.gguf"
PAGES = ["Chat", "Model", "Server", "Monitor", "Settings"]
MOST_STOPS = 160
HEAD = 110          # a column begins above this
FRAME = 6           # a focus frame lies within so many pixels around its control
FRAME_PIXELS = 12   # and changes at least so many of them


def say(*words):
    print(time.strftime("%H:%M:%S"), *words, flush=True)


def describe(one):
    return f"{one.get_role_name()} “{(one.get_name() or '')[:60]}”"


def press_named(program, pattern, what):
    """Tabs to the button with that name and presses it."""
    for _ in range(MOST_STOPS):
        here = program.focused()
        if here is not None and os.environ.get("HEARTH_A11Y_VERBOSE"):
            print("   ", describe(here))
        if here is not None and re.search(pattern, here.get_name() or "", re.IGNORECASE):
            program.keys("Return")
            return
        program.keys("Tab")
        program.rest(0.15)
    raise Failed("Tab does not reach " + what)


def to_composer(program):
    """Esc and Ctrl+1 lead to the composer from wherever the keyboard is."""
    program.keys("ctrl+1")
    program.rest(0.4)
    for _ in range(MOST_STOPS):
        here = program.focused()
        if here is not None and here.get_name() == "Message":
            return
        program.keys("Tab")
        program.rest(0.15)
    raise Failed("Tab does not reach the composer")


def button(program, name):
    return program.find(lambda role, text: "button" in role and text == name)


def blocks(program):
    """The texts of the transcript, in reading order: what a screen reader's user goes through."""
    transcript = program.find(lambda role, name: role == "list" and name == "Messages")
    if transcript is None:
        return []
    texts = []
    for one in program.walk(transcript, 1):
        name = (one.get_name() or "").strip()
        if name and one.get_role_name() in ("label", "static", "text", "paragraph", "heading"):
            texts.append(name)
    return texts


def ask(program, question):
    to_composer(program)
    program.type(question)
    program.keys("Return")


def first_answer(program):
    press_named(program, "starter", "the starter model")
    program.until(lambda: program.find(lambda role, name: "button" in role and name.startswith("Model: ")),
                  "the loaded model", 120)
    say("the starter model is loaded")
    question = "Name two colours."
    ask(program, question)
    program.until(lambda: any(question in text for text in blocks(program)), "the question in the transcript", 60)
    program.until(lambda: button(program, "Stop") is None and button(program, "Send") is not None and
                  len(blocks(program)) >= 2, "the end of the answer", 180)
    read = blocks(program)
    answer = [text for text in read if question not in text]
    if not answer:
        raise Failed(f"no block of the answer can be read: {read}")
    say("read block by block:", answer)


def stopped_answer(program):
    before = len(blocks(program))
    ask(program, "Write a very long story about a river, with every detail.")
    program.until(lambda: button(program, "Stop"), "the Stop button", 60)
    program.until(lambda: len(blocks(program)) >= before + 2, "the answer's first words", 120)
    program.keys("Escape")
    program.until(lambda: button(program, "Stop") is None, "the end after Esc", 20)
    say("a long answer was stopped")


class Stop:
    """A place that Tab leads to."""

    def __init__(self, program, accessible):
        self.accessible = accessible
        self.role, self.name = accessible.get_role_name(), accessible.get_name() or ""
        self.box = program.box(accessible)

    def same(self, other):
        return self.role == other.role and self.name == other.name and self.box == other.box

    def __str__(self):
        return f"{self.role} “{self.name[:60]}” at {self.box}"


def next_stop(program, last):
    """Presses Tab and waits for the focus to be elsewhere; None when it stays."""
    program.focus_events.clear()
    program.keys("Tab")
    end = time.monotonic() + 4
    while time.monotonic() < end:
        program.rest(0.04)
        try:
            here = program.focused()
            stop = Stop(program, here) if here is not None else None
        except Exception:  # it went away while it was asked
            continue
        if stop is not None and (last is None or not stop.same(last)):
            return stop
    return None


def frame_shown(screen, stop, before, after):
    """True when the surroundings differ between having the keyboard and not."""
    count = sum(1 for i in range(0, min(len(before), len(after)), 4) if before[i:i + 3] != after[i:i + 3])
    return count >= FRAME_PIXELS


def surroundings(stop):
    x, y, width, height = stop.box
    return x - FRAME, y - FRAME, width + 2 * FRAME, height + 2 * FRAME


def backwards(last, stop):
    """Above and not to the right, and not at the head of another column: against the order of reading."""
    if stop.box[1] < HEAD or "page tab" in (last.role, stop.role):
        return False
    above = stop.box[1] + stop.box[3] <= last.box[1]
    return above and stop.box[0] <= last.box[0] + 4 and stop.box[0] + stop.box[2] <= last.box[0] + last.box[2] + 4


def walk_page(program, screen, number):
    page = PAGES[number - 1]
    program.keys(f"ctrl+{number}")
    program.rest(0.6)
    problems, stops, frames = [], [], {}
    last = None
    for _ in range(MOST_STOPS):
        stop = next_stop(program, last)
        if stop is None:
            problems.append(f"Tab stays at {last}" if last else "Tab leads nowhere")
            break
        program.rest(0.12)  # the frame is drawn
        with_focus = screen.region(surroundings(stop))
        if last is not None:
            key = str(last)
            if not frame_shown(screen, last, frames[key], screen.region(surroundings(last))):
                problems.append(f"no visible focus frame: {last}")
            if backwards(last, stop):
                problems.append(f"Tab goes backwards from {last} to {stop}")
        if stops and any(stop.same(one) for one in stops):
            break
        frames[str(stop)] = with_focus
        if not stop.name.strip():
            problems.append(f"a stop without a name: {stop}, child of {describe(stop.accessible.get_parent())}")
        if stop.role in ("unknown", "invalid", "filler", "client"):
            problems.append(f"a stop without a role: {stop}")
        stops.append(stop)
        last = stop
    else:
        problems.append(f"no end after {MOST_STOPS} stops")
    say(f"{page}: {len(stops)} stops")
    if os.environ.get("HEARTH_A11Y_VERBOSE"):
        for one in stops:
            print("   ", one)
    return [f"{page}: {problem}" for problem in problems]


def shortcuts(program):
    program.keys("ctrl+1")
    program.rest(0.3)
    program.keys("ctrl+slash")
    sheet = program.until(lambda: program.find(lambda role, name: role == "dialog" and "hortcut" in name),
                          "the shortcuts sheet", 20)
    say("the sheet:", describe(sheet))
    program.keys("Escape")
    program.until(lambda: program.find(lambda role, name: role == "dialog" and "hortcut" in name) is None,
                  "the end of the shortcuts sheet", 20)


def main():
    enter()
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    if not os.path.isfile(os.path.join(cache, STARTER)):
        skip("the starter model is not in the cache (packaging/starter-model.sh fetches it)")
    with tempfile.TemporaryDirectory(prefix="hearth-journey-") as home:
        os.makedirs(home + "/config/hearth")
        with open(home + "/config/hearth/settings.json", "w", encoding="utf8") as file:
            file.write('{"theme": "light", "language": "en"}')
        program = Program([sys.argv[1]],
                          {"XDG_CONFIG_HOME": home + "/config", "XDG_DATA_HOME": home + "/data",
                           "XDG_CACHE_HOME": cache})
        screen = Screen()
        problems = []
        try:
            first_answer(program)
            stopped_answer(program)
            for number in range(1, len(PAGES) + 1):
                problems += walk_page(program, screen, number)
            shortcuts(program)
        except Failed as failed:
            problems.append(str(failed))
            here = program.focused() if program.process.poll() is None else None
            if here is not None:
                problems.append("the keyboard is at " + describe(here))
        finally:
            program.end()
    for problem in problems:
        say("FAILED:", problem)
    if problems:
        sys.exit(1)
    say("the journey is done")


if __name__ == "__main__":
    main()
