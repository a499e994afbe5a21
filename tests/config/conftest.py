"""A small valid configuration that a test spoils in one place."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.config import ConfigurationError, load

LINES = """\
region: {fi: "Alueen", sv: "Området"}
crisis_number: "112"
topics:
  families:
    key: 1
    name: {fi: "Perheet", sv: "Familjer"}
  adults:
    key: 2
    name: {fi: "Aikuiset", sv: "Vuxna"}
lines:
  main:
    name: {fi: "Neuvonta", sv: "Rådgivning"}
    numbers: ["06 218 9400"]
    caller_id: "06 218 9400"
    languages: [fi, sv]
    charging: early_media
    topics: [families, adults]
    topic_prompt: topic_menu_2
    general_topic: adults
    schedule: office
  other:
    name: {fi: "Toinen", sv: "Andra"}
    numbers: ["029 151 2360"]
    caller_id: "029 151 2360"
    languages: [fi]
    charging: toll_free
    topics: [families]
    general_topic: families
    schedule: office
    waiting:
      budget_s: 90
    callback:
      enabled: yes
"""
SCHEDULE = """\
schedules:
  office:
    weekly:
      mon-thu: ["9:00-11:00", "12:00-15:00"]
      fri: ["9:00-14:00"]
    holidays: finland
    exceptions:
      - {date: 2026-12-30, hours: ["10:00-12:00"]}
      - date: 2026-12-31
        closed: yes
        reason: "Training"
"""
COUNSELLORS = """\
counsellors:
  aino:
    name: "Aino"
    account: c101
    topics: [families, adults]
    languages: [fi, sv]
    number: 101
  kurt:
    name: "Kurt"
    account: c102
    topics: [adults]
    languages: [sv]
    number: 102
"""

Problems = Callable[[], list[str]]
Spoil = Callable[[str, str, str], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a configuration that has no fault."""
    (tmp_path / "lines.yaml").write_text(LINES, encoding="utf-8")
    (tmp_path / "schedule.yaml").write_text(SCHEDULE, encoding="utf-8")
    (tmp_path / "counsellors.yaml").write_text(COUNSELLORS, encoding="utf-8")
    return tmp_path


@pytest.fixture
def spoil(folder: Path) -> Spoil:
    """Replaces one piece of text, which must be there once, in `lines` or another file."""

    def replace(name: str, right: str, wrong: str) -> None:
        path = folder / f"{name}.yaml"
        text = path.read_text(encoding="utf-8")
        assert text.count(right) == 1, f"{right!r} is in {path.name} {text.count(right)} times"
        path.write_text(text.replace(right, wrong), encoding="utf-8")

    return replace


@pytest.fixture
def problems(folder: Path) -> Problems:
    """Loads the folder and returns what is wrong, one line each, without the folder's path."""

    def refused() -> list[str]:
        with pytest.raises(ConfigurationError) as caught:
            load(folder)
        told = [str(problem) for problem in caught.value.problems]
        assert str(caught.value).splitlines() == told
        return [line.removeprefix(f"{folder}/") for line in told]

    return refused
