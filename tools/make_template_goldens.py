#!/usr/bin/env python3
"""Renders tests/data/templates/cases.json with Python's jinja2, configured as transformers configures it, and writes
expected.json beside it: for each case the text, or the kind of error.

usage: tools/make_template_goldens.py      (needs jinja2 3.1)
"""
import datetime
import json
import pathlib

import jinja2
import jinja2.ext
import jinja2.sandbox

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "tests" / "data" / "templates"
NOW = datetime.datetime(2026, 1, 2, 3, 4, 5)


class Generation(jinja2.ext.Extension):
    """{% generation %} … {% endgeneration %} writes its body."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.Scope(body, lineno=line)


def environment():
    env = jinja2.sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, "jinja2.ext.loopcontrols", "jinja2.ext.do"])

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = NOW.strftime
    return env


def main():
    env = environment()
    expected = []
    for case in json.loads((FOLDER / "cases.json").read_text()):
        try:
            text = env.from_string(case["template"]).render(
                messages=case.get("messages", []), tools=None, documents=None, add_generation_prompt=True,
                bos_token="<s>", **case.get("variables", {}))
            expected.append({"name": case["name"], "text": text})
        except Exception as error:  # whatever Python makes of it is the expectation
            raised = type(error) is jinja2.exceptions.TemplateError
            row = {"name": case["name"], "error": str(error) if raised else type(error).__name__, "raised": raised}
            if isinstance(error, jinja2.exceptions.TemplateSyntaxError):
                row["line"] = error.lineno
            expected.append(row)
    lines = ",\n".join(json.dumps(row) for row in expected)
    (FOLDER / "expected.json").write_text("[\n" + lines + "\n]\n")


main()
