"""Every piece of YAML that the documents show can be written as it stands, and passes the check."""

from pathlib import Path

import pytest

from ivr.config import examine
from ivr.config.prompts import SHIPPED
from ivr.config.yaml import read
from ivr.domain.call import Language
from tests.config.examples import ITEM, Example, Found, homes, placed, shown, write

# What is shown without what it needs beside it, as the text around it says.
NEEDS = {"foreign: yes": ("lines.yaml", ("calling_back",), {"to": ["+358", "+46"]})}
# Fields of records and of answers, which are shown in the same way.
OTHERS = {"by"}


def data_of(example: Example, folder: Path) -> Found | list[Found]:
    file = folder / "example.yaml"
    file.write_text(example.text, encoding="utf-8")
    document = read(file)
    file.unlink()
    assert document.problems == (), f"{example}: {document.problems[0]}"
    assert isinstance(document.data, dict | list)
    return document.data


EXAMPLES = [each for each in shown() if "…" not in each.text]


def test_the_documents_show_examples() -> None:
    assert any(each.place.startswith("docs/") for each in EXAMPLES)
    assert any(each.place.startswith("config/schedule.yaml") for each in EXAMPLES)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_passes_the_check(example: Example, folder: Path) -> None:
    if example.text in NEEDS:
        name, path, needed = NEEDS[example.text]
        write(folder / name, next(placed(folder, name, path, needed)))
    data = data_of(example, folder)
    for each in data if isinstance(data, list) else [data]:
        named = {key: {} if value is None else value for key, value in each.items()}
        if not each.keys() & OTHERS:
            said = said_against(named, folder)
            assert said is None, f"{example}: {said}"


def said_against(data: Found, folder: Path) -> str | None:
    """What the check has against the example wherever it can stand; None where it passes."""
    told = f"no section has these keys: {', '.join(data)}"
    for name, path in homes(set(data)):
        before = (folder / name).read_text(encoding="utf-8")
        for whole in placed(folder, name, path, data):
            write(folder / name, whole)
            say_what_is_named(data, folder)
            mistakes = examine(folder).mistakes
            if not mistakes:
                return None
            told = str(mistakes[0])
        (folder / name).write_text(before, encoding="utf-8")
    return told


def say_what_is_named(data: Found, folder: Path) -> None:
    """Give the folder the prompts that the example names as its own."""
    for language in Language:
        names = {each for each in _texts(data) if each.startswith(("closed_", "topic_"))}
        shipped = read(SHIPPED / f"prompts.{language}.yaml").data
        assert isinstance(shipped, dict)
        own = {name: "Hei." for name in names if name not in shipped}
        if own:
            write(folder / f"prompts.{language}.yaml", own)


def _texts(data: object) -> set[str]:
    match data:
        case dict():
            return {text for value in data.values() for text in _texts(value)}
        case list():
            return {text for value in data for text in _texts(value)}
        case _:
            return {str(data)}


def test_an_example_with_a_misspelt_key_would_be_found(folder: Path) -> None:
    misspelt: list[Found] = [
        {"waiting": {"budjet_s": 5}},
        {"schedules": {"office": {"weekli": {}}}},
        {"x": 1},
    ]
    assert [each for each in misspelt if said_against(each, folder) is None] == []


def test_an_example_of_an_exception_is_one_more_of_them(folder: Path) -> None:
    assert ("schedule.yaml", ("schedules", "*", "exceptions", ITEM)) in homes({"date", "closed"})
    assert said_against({"date": "2026-12-30", "closed": "yes"}, folder) is not None
    assert said_against({"date": "2026-12-29", "closed": "yes"}, folder) is None
