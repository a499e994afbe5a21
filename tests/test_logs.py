"""Every line of the log is one entry, says which call it belongs to, and shows no number."""

import json
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from ivr.errors import Refusal
from ivr.logs import configure


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """Where the log goes; afterwards logging is as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield tmp_path / "log" / "ivr.log"
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def entries(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_an_entry_is_one_line_of_json_with_its_call(file: Path) -> None:
    configure(as_json=True, file=file)
    with structlog.contextvars.bound_contextvars(call_id="n1-1795294388.0"):
        structlog.get_logger("ivr.stage").info("scene.entered", scene="waiting", name="Äiti\n")
    (entry,) = entries(file)
    assert entry.pop("timestamp").endswith("+00:00")
    assert entry == {
        "level": "info",
        "event": "scene.entered",
        "logger": "ivr.stage",
        "call_id": "n1-1795294388.0",
        "scene": "waiting",
        "name": "Äiti\\n",
    }


def test_a_number_is_masked_wherever_it_comes_from(file: Path) -> None:
    configure(as_json=True, file=file)
    log = structlog.get_logger("ivr")
    number = "+358401234567"
    with structlog.contextvars.bound_contextvars(caller=number):
        said = f"from {number}"
        log.info(said, caller=number, more=[{"number": number}])
        log.warning("positional %s", number)
        logging.getLogger("library").warning("a library says %s", number)
        try:
            raise ValueError(f"no line for {number}")
        except ValueError:
            log.exception("scene.failed")
            logging.getLogger("library").exception("it failed")
    text = file.read_text(encoding="utf-8")
    assert "40123" not in text
    assert len(entries(file)) == 5
    assert "+358…67" in text
    assert [bool(entry.get("exception")) for entry in entries(file)] == [False] * 3 + [True] * 2


def test_keys_pressed_are_not_logged(file: Path) -> None:
    configure(as_json=True, file=file)
    structlog.get_logger("ivr").info("call.heard", key="5", keys=["1", "2"], digits="12")
    (entry,) = entries(file)
    assert (entry["key"], entry["keys"], entry["digits"]) == ("***", "***", "***")


def test_a_caller_cannot_write_lines_of_their_own(file: Path) -> None:
    configure(as_json=False, file=file)
    name = "x\r\n15:04:05  error     ivr: all is lost"
    structlog.get_logger("ivr").warning("call.arrived", name=name)
    try:
        raise ValueError(name)
    except ValueError:
        structlog.get_logger("ivr").exception("scene.failed")
    first, second, *traceback = file.read_text(encoding="utf-8").splitlines()
    assert "\\r\\n15:04:05" in first
    assert second.endswith("error     ivr: scene.failed")
    assert all(line.startswith("    ") for line in traceback)


def test_a_person_reads_short_lines(file: Path) -> None:
    configure(as_json=False, file=file)
    structlog.get_logger("ivr.stage").warning(
        "call.late", call_id="n1-1795294388.0", seconds=1.23456
    )
    (line,) = file.read_text(encoding="utf-8").splitlines()
    assert line[8:] == "  warning   ivr.stage: call.late  call_id=n1-1795294388.0  seconds=1.235"


def test_entries_below_the_level_are_left_out(file: Path) -> None:
    configure(as_json=True, level=logging.WARNING, file=file)
    structlog.get_logger("ivr").info("scene.entered")
    structlog.get_logger("ivr").warning("scene.slow")
    assert [entry["event"] for entry in entries(file)] == ["scene.slow"]


def test_warnings_of_the_language_are_logged(file: Path) -> None:
    configure(as_json=True, file=file)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("that is old", DeprecationWarning, stacklevel=1)
        logging.captureWarnings(False)
    (entry,) = entries(file)
    assert "that is old" in entry["event"]


def test_the_log_goes_on_in_a_new_file_when_the_old_one_is_moved_away(file: Path) -> None:
    configure(as_json=True, file=file)
    structlog.get_logger("ivr").info("one")
    file.rename(file.with_suffix(".1"))
    structlog.get_logger("ivr").info("two")
    assert [entry["event"] for entry in entries(file)] == ["two"]


def test_without_a_file_the_log_goes_to_standard_error(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(as_json=True)
    structlog.get_logger("ivr").info("call.arrived", caller="0401234567")
    entry = json.loads(capsys.readouterr().err)
    assert (entry["event"], entry["caller"]) == ("call.arrived", "…67")
    assert not file.exists()


def test_a_log_that_cannot_be_written_is_refused_by_name(file: Path) -> None:
    file.parent.write_text("a file where a folder should be")
    with pytest.raises(Refusal, match=rf"{file}.*IVR_STATE_DIR"):
        configure(as_json=True, file=file)
