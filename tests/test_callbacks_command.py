"""`ivr callbacks` asks the running line, and says in one line why something was not done."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from ivr.cli import main
from ivr.domain.attempt import Result
from ivr.domain.call import CounsellorId
from ivr.domain.callback import Because as Reason
from ivr.domain.callback import Callback, CallbackId
from ivr.ports import Because
from ivr.settings import Address
from ivr.web.api import DeskAccess
from ivr.web.app import create_app, serving
from ivr.web.metrics import Metrics
from tests.domain.callbacks import POLICY, request
from tests.fakes.time import BEGIN
from tests.ports import free_port
from tests.web.made_up import MadeUpStatus
from tests.web.test_callbacks import MadeUpCallbacks
from tests.web.test_desk import TOKEN, MadeUpDesk

ANYWHERE = Address(host="127.0.0.1", port=0)


class Closing(MadeUpCallbacks):
    """Two requests; one was tried by hand."""

    async def listed(self, **asked: object) -> list[Callback]:
        self._do("listed", asked)
        return [await self.shown(CallbackId("n1-1.1")), request(id="n1-22.1", wanted="anna")]

    async def shown(self, callback: CallbackId) -> Callback:
        self._do("shown", callback)
        tried = request(caller_urgent=True).begin_by_hand(
            counsellor=CounsellorId("anna"), began=BEGIN
        )
        return tried.end_attempt(Result.BUSY, now=BEGIN + timedelta(minutes=1), policy=POLICY)

    async def close(
        self, callback: CallbackId, because: Reason, by: CounsellorId | None = None
    ) -> Callback:
        self._do("close", callback, because, by)
        return request().close(because)


@pytest.fixture
def desk() -> Closing:
    return Closing()


@pytest.fixture
async def line(
    desk: Closing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Address]:
    """A line that answers, and the environment that it runs in."""
    status, counsellors = MadeUpStatus(), MadeUpDesk()
    access = DeskAccess(token=TOKEN, desk=lambda: counsellors, callbacks=lambda: desk)
    async with serving(create_app(status, Metrics(status), access), ANYWHERE) as address:
        at_work(monkeypatch, tmp_path, address)
        yield address


def at_work(
    monkeypatch: pytest.MonkeyPatch, state: Path, address: Address, token: str = TOKEN
) -> None:
    """The environment of a line that has run in this folder, at this address."""
    secrets = state / "secrets"
    secrets.mkdir(exist_ok=True)
    (secrets / "desk_token").write_text(f"{token}\n")
    monkeypatch.setenv("IVR_STATE_DIR", str(state))
    monkeypatch.setenv("IVR_HTTP_BIND", str(address))


async def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """The command's exit code, and what it wrote to both."""
    code = await asyncio.to_thread(main, ["callbacks", *arguments])
    written = capsys.readouterr()
    return code, written.out, written.err


async def test_the_list_is_a_table_with_numbers_and_wall_times(
    line: Address, desk: Closing, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, error = await said(capsys, "list", "--line", "free", "--status", "waiting")
    assert (code, error) == (0, "")
    heading, first, second = out.splitlines()
    assert heading.split()[:4] == ["callback", "status", "line", "number"]
    assert first.split() == [
        *("n1-1.1", "waiting", "free", "+358401234567", "fi", "families", "yes"),
        *("2026-11-23", "10:00", "2026-11-23", "-", "1", "2026-11-23", "10:00", "at_once", "-"),
    ]
    assert second.split()[-1] == "anna"
    assert first.index("waiting") == second.index("waiting") == heading.index("status")
    assert desk.asked[0] == ("listed", {"line": "free", "status": "waiting"})


async def test_one_is_shown_with_its_attempts(
    line: Address, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = await said(capsys, "show", "n1-1.1")
    assert code == 0
    assert "number          +358401234567\n" in out
    assert "next due        2026-11-23 10:00\nwhy             at_once\n" in out
    assert out.endswith("attempt 1: 2026-11-23 10:00  anna  busy, by hand\n")


async def test_one_is_cancelled_with_a_reason(
    line: Address, desk: Closing, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await said(capsys, "cancel", "n1-1.1", "--because", "settled")
    assert answer == (0, "n1-1.1 is closed: settled.\n", "")
    assert desk.asked == [("close", "n1-1.1", "settled", None)]


async def test_a_line_that_listens_everywhere_is_found_here(
    line: Address, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IVR_HTTP_BIND", f"0.0.0.0:{line.port}")
    assert (await said(capsys, "list"))[0] == 0


async def test_what_the_line_refuses_is_said_in_its_words(
    line: Address, desk: Closing, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.refuses = Because.OVER
    code, out, error = await said(capsys, "cancel", "n1-1.1", "--because", "mistake")
    assert (code, out) == (1, "")
    assert error.startswith("Nothing was done: it is over")
    assert error.count("\n") == 1


@pytest.mark.parametrize("given", ["", "..", "../counsellors", "n1 1/take", "ä?status=closed"])
async def test_what_is_no_id_is_nothing_else_either(
    line: Address, desk: Closing, capsys: pytest.CaptureFixture[str], given: str
) -> None:
    desk.refuses = Because.NO_SUCH_CALLBACK
    code, out, error = await said(capsys, "show", given)
    assert (code, out) == (1, "")
    assert error.startswith("Nothing was done: ")


async def test_another_lines_token_is_refused_and_not_shown(
    line: Address,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    at_work(monkeypatch, tmp_path, line, "the token of another line")
    code, _, error = await said(capsys, "list")
    assert code == 1
    assert "does not take this token: set IVR_STATE_DIR" in error
    assert "another line" not in error


async def test_where_no_line_has_run_there_is_no_token_and_none_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = tmp_path / "nowhere"
    monkeypatch.setenv("IVR_STATE_DIR", str(nowhere))
    code, _, error = await said(capsys, "list")
    assert code == 1
    assert "no line has run here" in error
    assert not await asyncio.to_thread(nowhere.exists)


async def test_where_no_line_runs_the_refusal_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nobody = Address(host="127.0.0.1", port=free_port())
    at_work(monkeypatch, tmp_path, nobody)
    code, _, error = await said(capsys, "cancel", "n1-1.1", "--because", "settled")
    assert code == 1
    assert error.startswith(f"No line answers at {nobody}: start it with `ivr run`")


async def test_what_answers_and_is_no_line_is_told_from_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        at_work(monkeypatch, tmp_path, Address(host="127.0.0.1", port=server.getsockname()[1]))
        asking = asyncio.create_task(said(capsys, "list"))
        connection, _ = await asyncio.to_thread(server.accept)
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi"
        )
        code, _, error = await asking
        connection.close()
    assert code == 1
    assert "is no line" in error
