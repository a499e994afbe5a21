"""Editors are told by JSON Schemas what each file may hold, and the schemas tell what holds."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.cli import main
from ivr.config import ConfigurationError, json_schemas, load, schema_files
from ivr.config.prompt_help import when_said
from ivr.config.prompts import SHIPPED
from ivr.config.yaml import read
from ivr.domain.prompts import REQUIRED_PROMPTS
from tests.config.conftest import COUNSELLORS, LINES, SCHEDULE, Spoil
from tests.config.json_schema import faults

FILES = sorted(SHIPPED.rglob("*.yaml"))


def faults_of(path: Path) -> list[str]:
    schema = json_schemas()[path.name]
    return faults(read(path).data, schema, schema)


def keys(schema: Mapping[str, Any], path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every key that a schema names, with what it says of it."""
    for name, section in schema.get("$defs", {}).items():
        yield from keys(section, name)
    for key, found in schema.get("properties", {}).items():
        yield f"{path}.{key}", found
        yield from keys(found, f"{path}.{key}")


def test_every_file_of_the_configuration_has_a_schema() -> None:
    assert set(json_schemas()) == {path.name for path in SHIPPED.glob("*.yaml")}


@pytest.mark.parametrize("file", ["lines", "schedule", "counsellors", "prompts.fi", "prompts.sv"])
def test_every_key_is_described(file: str) -> None:
    found = dict(keys(json_schemas()[f"{file}.yaml"], file))
    assert found
    assert [path for path, key in found.items() if not key.get("description")] == []


def test_each_prompt_is_described_by_when_it_is_said() -> None:
    told = {name: when_said(name) for name in REQUIRED_PROMPTS}
    callers = {name: when for name, when in told.items() if not when.startswith("to ")}
    alike = ("queue_pos_", "wait_", "number_")
    own = [when for name, when in callers.items() if not name.startswith(alike)]
    assert len(set(own)) == len(own), "two prompts are said in the same situation"
    assert callers["number_confirm"] != callers["number_foreign"]
    assert when_said("back_greeting") == when_said("back_greeting_key")
    for unknown in ("closed_own", "topic_menu", "no_such"):
        with pytest.raises(KeyError):
            when_said(unknown)


def test_the_shipped_schemas_are_those_of_the_code() -> None:
    shipped = {path.name: path.read_text() for path in (SHIPPED / "schemas").iterdir()}
    assert shipped == schema_files(), "write them anew: ivr check --schemas config/schemas"


def test_the_command_writes_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--schemas", str(tmp_path / "new")]) == 0
    written = {path.name: path.read_text() for path in (tmp_path / "new").iterdir()}
    assert written == schema_files()
    said = capsys.readouterr().out.splitlines()
    assert set(said) == {str(tmp_path / "new" / name) for name in written}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SHIPPED)))
def test_each_shipped_file_fits_the_schema_that_it_names(path: Path) -> None:
    first = path.read_text().splitlines()[0]
    named = path.parent / first.removeprefix("# yaml-language-server: $schema=")
    assert named.resolve() == SHIPPED / "schemas" / f"{path.stem}.schema.json"
    assert faults_of(path) == []


@pytest.mark.parametrize(
    ("mistake", "fault"),
    [
        (
            ("lines", "    charging: early_media", "    chargin: early_media"),
            "additionalProperties",
        ),
        (("lines", "charging: toll_free", "charging: free"), "enum"),
        (("lines", "    key: 1", '    key: "1"'), "type"),
        (("lines", "    key: 1", "    key: 10"), "range"),
        (("lines", "    key: 1\n", ""), "required"),
        (("lines", "budget_s: 90", "budget_s: 0"), "exclusiveMinimum"),
        (("lines", "enabled: yes", "enabled: on"), "enum"),
        (("lines", "    languages: [fi]", "    languages: []"), "minItems"),
        (("lines", "  other:", "  Other line:"), "additionalProperties"),
        (("schedule", '"9:00-14:00"', '"9-14"'), "pattern"),
        (("schedule", "      fri:", "      friday:"), "additionalProperties"),
        (("counsellors", "languages: [fi, sv]", "languages: {fi: 1, se: 2}"), "oneOf"),
        (("counsellors", "number: 101", "number: 1"), "range"),
    ],
)
def test_a_schema_tells_a_mistake_too(
    folder: Path, spoil: Spoil, mistake: tuple[str, str, str], fault: str
) -> None:
    file = folder / f"{mistake[0]}.yaml"
    assert faults_of(file) == []
    spoil(*mistake)
    assert fault in " ".join(faults_of(file))


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_the_check_takes_no_schema_refuses(folder: Path, data: st.DataObject) -> None:
    files = {"lines": LINES, "schedule": SCHEDULE, "counsellors": COUNSELLORS}
    name = data.draw(st.sampled_from(sorted(files)))
    lines = files[name].splitlines()
    row = data.draw(st.integers(0, len(lines) - 1))
    key, colon, _ = lines[row].partition(":")
    words = ["", "no", "5", "true", "[]", "{}", '"0:00 – 24:00"', '"+358 9 (816) 42439"', '"012"']
    lines[row] = key + colon + " " + data.draw(st.sampled_from(words))
    for file, text in files.items():
        (folder / f"{file}.yaml").write_text("\n".join(lines) if file == name else text)
    if taken(folder):
        assert [faults_of(folder / f"{file}.yaml") for file in files] == [[]] * 3


def taken(folder: Path) -> bool:
    try:
        load(folder)
    except ConfigurationError:
        return False
    return True
