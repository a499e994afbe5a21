"""`ivr reload` asks the running line, and prints what has changed, or every mistake."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ivr.cli import main
from ivr.config import ConfigurationError, Problem
from ivr.config.message import told
from ivr.errors import Refusal
from ivr.ports import Reloaded
from ivr.settings import Address
from ivr.web.api import DeskAccess
from ivr.web.app import create_app, serving
from ivr.web.metrics import Metrics
from tests.ports import free_port
from tests.test_callbacks_command import at_work
from tests.web.made_up import ANYWHERE, MadeUpStatus
from tests.web.test_desk import TOKEN, MadeUpDesk
from tests.web.test_reload import MadeUp


class Quiet(MadeUp):
    """Nothing has changed."""

    async def reload(self) -> Reloaded:
        await super().reload()
        return Reloaded(changes=[], doubts=[])


@pytest.fixture
def made() -> list[MadeUp]:
    return [MadeUp()]


@pytest.fixture
async def line(
    made: list[MadeUp], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Address]:
    """A line that answers, and the environment that it runs in."""
    status, desk = MadeUpStatus(), MadeUpDesk()
    access = DeskAccess(
        token=TOKEN, desk=lambda: desk, callbacks=lambda: None, configuration=lambda: made[0]
    )
    async with serving(create_app(status, Metrics(status), access), ANYWHERE) as address:
        at_work(monkeypatch, tmp_path, address)
        yield address


async def said(capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = await asyncio.to_thread(main, ["reload"])
    written = capsys.readouterr()
    return code, written.out, written.err


async def test_what_has_changed_is_printed_and_what_is_doubtful(
    line: Address, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await said(capsys) == (0, "most_calls is 7, was 6\ndoubtful: a doubt\n", "")


async def test_where_nothing_has_changed_it_says_so(
    line: Address, made: list[MadeUp], capsys: pytest.CaptureFixture[str]
) -> None:
    made[0] = Quiet()
    assert await said(capsys) == (0, "Nothing has changed in the YAML and the prompts.\n", "")


async def test_every_mistake_is_a_line_and_the_exit_code_is_one(
    line: Address, made: list[MadeUp], capsys: pytest.CaptureFixture[str]
) -> None:
    file = Path("lines.yaml")
    wrong = [Problem(file=file, line=n, column=1, text=told("write a number")) for n in (3, 9)]
    made[0].refusal = ConfigurationError(wrong)
    lines = "lines.yaml:3:1: write a number\nlines.yaml:9:1: write a number\n"
    assert await said(capsys) == (1, "", lines)
    made[0].refusal = Refusal("The line free cannot go.")
    assert await said(capsys) == (1, "", "The line free cannot go.\n")


async def test_where_no_line_runs_the_refusal_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nobody = Address(host="127.0.0.1", port=free_port())
    at_work(monkeypatch, tmp_path, nobody)
    code, _, error = await said(capsys)
    assert code == 1
    assert error.startswith(f"No line answers at {nobody}: start it with `ivr run`")


async def test_the_token_of_another_line_is_refused(
    line: Address, made: list[MadeUp], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work(monkeypatch, tmp_path, line, "the token of another line")
    assert await asyncio.to_thread(main, ["reload"]) == 1
    assert made[0].asked == 0
