"""The pages from the code are complete, and say something of everything."""

import argparse
import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from ivr import cli
from ivr.config import json_schemas
from ivr.manual import commands, environment, keys
from ivr.manual.kinds import kind
from ivr.manual.markdown import cell
from ivr.manual.site import generated
from ivr.settings import PROJECT_ROOT, Settings

Schema = Mapping[str, Any]


def _section(page: str, heading: str) -> str:
    """What stands under the heading, up to the next one."""
    level = heading.partition(" ")[0]
    _, found, rest = f"\n{page}".partition(f"\n{heading}\n")
    assert found, heading
    return rest.partition(f"\n{level} ")[0]


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _parsers(command)


PARSERS = list(_parsers(cli.all_commands()))


def test_every_command_and_every_option_is_on_the_page():
    page = commands.page(cli.all_commands())

    assert len(PARSERS) > 8
    for parser in PARSERS:
        section = _section(page, f"## {parser.prog}")
        for action in parser._actions:
            if isinstance(action, argparse._HelpAction | argparse._SubParsersAction):
                continue
            for name in action.option_strings or action.choices or [action.metavar or action.dest]:
                assert f"`{name}" in section or f"|{name}" in section, (parser.prog, name)


def test_every_command_and_every_option_says_what_it_does():
    page = commands.page(cli.all_commands())

    for parser in PARSERS:
        assert _section(page, f"## {parser.prog}").strip().partition("\n")[0].endswith(".")
        for action in parser._actions:
            assert action.help or isinstance(action, argparse._SubParsersAction), parser.prog


def _keys(schema: Schema, types: Schema, path: str = "") -> Iterator[tuple[str, str, Schema]]:
    """Each key of the file, with the path that it stands at and what is said of it."""
    if "$ref" in schema:
        schema = {**types[schema["$ref"].removeprefix("#/$defs/")], **schema}
    for key, value in schema.get("properties", {}).items():
        yield path, key, value
        yield from _keys(value, types, f"{path} {key}:".strip())
    for value in schema.get("patternProperties", {}).values():
        yield from _keys(value, types, f"{path} NAME:")
    if "items" in schema:
        yield from _keys(schema["items"], types, f"{path} -")


@pytest.mark.parametrize("name", json_schemas())
def test_every_key_of_a_file_is_on_the_page_where_it_belongs(name: str):
    schema = json_schemas()[name]
    heading = next(
        line for line in keys.page().splitlines() if line.startswith("## ") and name in line
    )
    page = _section(keys.page(), heading)
    found = list(_keys(schema, schema.get("$defs", {})))

    assert found
    for path, key, said in found:
        if key in {"fi", "sv"}:  # told in the row of their section
            assert "`{fi: …, sv: …}`" in page
        else:
            whole = _section(page, f"### {path}") if path else page
            assert f"\n| `{key}` | {cell(said['description'])} |" in whole, (path, key)


def _variables() -> set[str]:
    """The names of variables in the program's code, but for those of Asterisk's channels."""
    package = PROJECT_ROOT / "ivr"
    elsewhere = (package / "manual", package / "adapters" / "ari")
    return {
        node.value
        for file in package.rglob("*.py")
        if not any(file.is_relative_to(folder) for folder in elsewhere)
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.fullmatch(r"IVR_[A-Z]+(_[A-Z]+)*", node.value)
    }


def test_every_variable_that_the_program_knows_is_on_the_page_and_no_other():
    known, told = _variables(), {one.name for one in environment.VARIABLES}

    assert len(environment.VARIABLES) == len(told)
    assert known - told == set()
    assert {name for name in told - known if name.removesuffix("_FILE") not in known} == set()
    assert all(f"| `{name}` | " in environment.page() for name in told)


def test_what_the_page_gives_as_the_value_without_a_variable_is_in_force_without_it():
    for one in environment.VARIABLES:
        if one.default:
            given = Settings.from_environment({one.name: one.default})
            assert given == Settings.from_environment({}), one.name


def test_no_page_tells_where_it_was_made():
    for text in generated().values():
        assert str(PROJECT_ROOT) not in text


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "string"}, "text"),
        ({"type": ["string", "null"], "examples": ["a"]}, "text, such as `a`"),
        ({"type": "integer", "minimum": 0, "maximum": 9}, "a whole number, 0 to 9"),
        (
            {"type": "number", "exclusiveMinimum": 0, "maximum": 3600},
            "a number, above 0, at most 3600",
        ),
        ({"type": "integer", "minimum": 1}, "a whole number, at least 1"),
        ({"enum": ["yes", "no", True, False]}, "yes or no"),
        ({"enum": ["fi", "sv"], "type": "string"}, "`fi` or `sv`"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "text"),
        ({"type": "array", "items": {"type": "string"}}, "a list: text"),
        ({"type": "array", "items": {"$ref": "#/$defs/A"}}, "a list of sections, below"),
        (
            {"type": "object", "patternProperties": {"a": {"type": "array", "items": {}}}},
            "by name: a list: anything",
        ),
        (
            {"type": "object", "patternProperties": {"a": {"$ref": "#/$defs/A"}}},
            "a section for each name, below",
        ),
        ({"properties": {"a": {"type": "integer"}}}, "a section, below"),
        (
            {"properties": {"fi": {"type": "string"}, "sv": {"type": "string"}}},
            "`{fi: …, sv: …}`",
        ),
        (
            {"oneOf": [{"type": "array", "items": {"type": "string"}}, {"type": "integer"}]},
            "a list: text, or a whole number",
        ),
    ],
)
def test_the_kind_of_a_value_is_said_in_words(schema: Schema, said: str):
    assert kind(schema) == said


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("on_full of the line", r"on\_full of the line"),
        ("*1 or [a|b]", r"\*1 or \[a\|b\]"),
        ("`to` of calling_back", r"`to` of calling\_back"),
        ("`a|b`\nand c", r"`a\|b` and c"),
    ],
)
def test_what_would_be_mark_up_stands_in_a_cell_as_it_is(text: str, written: str):
    assert cell(text) == written
