#!/usr/bin/env python3
"""The window's translations: refreshes the catalogues, or checks that they are complete.

Usage: translations.py update|check [CATALOGUE...]     (default: every ui/i18n/*.ts)

`update` writes new strings of the sources into the catalogues, unfinished, and drops those that are gone. `check` does
the same with a copy and fails when something is missing: untranslated strings by name, strings that the sources no
longer hold, placeholders (%1, %n) that differ, spaces at an end that were lost. No network, no Qt display.

Strings are those of qsTr and tr in ui/, and labels, help and reasons of the settings schema, which holds no Qt: those
are marked here, in the context "Settings".
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[1]
SCHEMA = ROOT / "app/settings/schema.cpp"
LITERAL = r'"(?:[^"\\]|\\.)*"'
FIELD = re.compile(r"\.(?:label|help|unavailable) = ((?:" + LITERAL + r"\s*)+)")


def lupdate():
    for candidate in ("/usr/lib/qt6/bin/lupdate", "lupdate6", "lupdate"):
        found = shutil.which(candidate)
        if found:
            return found
    sys.exit("lupdate is not installed (qt6-l10n-tools)")


def schema_strings():
    texts = FIELD.findall(SCHEMA.read_text(encoding="utf-8"))
    if not texts:
        sys.exit(f"no labels were found in {SCHEMA}")
    whole = ["".join(part[1:-1] for part in re.findall(LITERAL, text)) for text in texts]
    return list(dict.fromkeys(whole))


def refresh(catalogue):
    with tempfile.TemporaryDirectory() as folder:
        marked = pathlib.Path(folder) / "settings_schema.cpp"
        lines = [f'QT_TRANSLATE_NOOP("Settings", "{text}");' for text in schema_strings()]
        marked.write_text("\n".join(lines) + "\n", encoding="utf-8")
        command = [lupdate(), "-silent", "-locations", "none", "-no-obsolete", "-no-ui-lines", "-source-language", "en",
                   "-disable-heuristic", "similartext", "-disable-heuristic", "sametext", "-I", str(ROOT),
                   str(ROOT / "ui"), str(marked), "-ts", str(catalogue)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"lupdate failed: {done.stderr}")


def messages(catalogue):
    """(context, source) to the translations of a message: one, or one a plural form; None while unfinished."""
    found = {}
    for context in xml.etree.ElementTree.parse(catalogue).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            forms = translation.findall("numerusform") or [translation]
            texts = [form.text or "" for form in forms]
            unfinished = translation.get("type") is not None or not all(texts)
            comment = message.findtext("comment") or ""
            found[context.findtext("name"), message.findtext("source"), comment] = None if unfinished else texts
    return found


def spaces(text):
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()):]


def check(catalogue):
    committed = messages(catalogue)
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / catalogue.name
        shutil.copyfile(catalogue, copy)
        refresh(copy)
        current = messages(copy)
    problems = []
    for key in current:
        if current[key] is None:
            problems.append(f"not translated: {key[0]}: “{key[1]}”")
            continue
        for text in current[key]:
            if sorted(re.findall(r"%\d", key[1])) != sorted(re.findall(r"%\d", text)):
                problems.append(f"placeholders differ: {key[0]}: “{key[1]}” and “{text}”")
            if spaces(key[1]) != spaces(text):
                problems.append(f"spaces at an end differ: {key[0]}: “{key[1]}” and “{text}”")
    problems += [f"not in the sources any more: {key[0]}: “{key[1]}”" for key in committed if key not in current]
    if problems:
        print(f"{catalogue.relative_to(ROOT)}:")
        print("\n".join(problems))
        print(f"{len(problems)} strings. cmake --build --preset release --target translations brings new ones into the "
              "catalogue; ui/i18n/README.md says how to go on.")
    else:
        print(f"{catalogue.relative_to(ROOT)}: {len(current)} strings, all translated")
    return not problems


def main():
    if len(sys.argv) < 2 or sys.argv[1] not in ("update", "check"):
        sys.exit(__doc__)
    catalogues = [pathlib.Path(name).resolve() for name in sys.argv[2:]] or sorted((ROOT / "ui/i18n").glob("*.ts"))
    if sys.argv[1] == "update":
        for catalogue in catalogues:
            refresh(catalogue)
        return 0
    return 0 if all([check(catalogue) for catalogue in catalogues]) and catalogues else 1


if __name__ == "__main__":
    sys.exit(main())
