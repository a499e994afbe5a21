"""The dialplan serves by itself: what it says and does, what it charges, and what it notes."""

import asyncio
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ivr import config
from ivr.adapters import dialplan
from ivr.domain.schedule import Schedule, forced_open
from ivr.domain.service import Charging, Service
from ivr.embedded import detached
from ivr.embedded.asterisk import EmbeddedAsterisk
from ivr.embedded.passwords import phone_passwords
from ivr.settings import PROJECT_ROOT, Address
from tests.e2e.outside import listening
from tests.e2e.rawphone import raw_phone
from tests.ports import free_port

from .sip import Caller

CITIZEN = '"Matti" <sip:+358401234567@carrier.example>'
HIDDEN = '"Anonymous" <sip:anonymous@anonymous.invalid>'
NUMBER = "0291512360"
NOW = datetime.now(UTC)
NEVER = Schedule(weekly={})

Alone = Callable[..., EmbeddedAsterisk]


@pytest.fixture
def records(tmp_path: Path) -> Path:
    folder = tmp_path / "records"
    folder.mkdir()
    return folder


@pytest.fixture
def alone(outspoken: EmbeddedAsterisk, prompts: Path, records: Path) -> Alone:
    """Asterisk with what it needs to serve the shipped lines alone; the waits are as given."""

    def start(now: datetime = NOW, line: dict[str, Any] | None = None, **waiting: Any) -> Any:
        generated = dialplan.files(_service(line or {}, waiting), now)
        for name in set(re.findall(r"\$\{PROMPTS\}/([^&\s,)]+)", generated[dialplan.EXTENSIONS])):
            file = prompts / f"{name}.sln"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(bytes(320))
        accounts = config.load(PROJECT_ROOT / "config").phones
        asterisk = replace(outspoken, generated=generated, records_dir=records, accounts=accounts)
        asterisk.ensure_running()
        return asterisk

    return start


def _service(line: dict[str, Any], waiting: dict[str, Any]) -> Service:
    service = config.load(PROJECT_ROOT / "config")
    lines = [
        replace(
            each,
            schedule=line.get("schedule", forced_open(each.schedule)),
            charging=line.get("charging", each.charging),
            callback=line.get("callback", each.callback),
            waiting=replace(each.waiting, **waiting),
        )
        for each in service.lines
    ]
    return replace(service, lines=tuple(lines))


def _call(asterisk: EmbeddedAsterisk, sender: str = CITIZEN, number: str = NUMBER) -> list[int]:
    """Call until the call ends by itself; the SIP statuses, each of a run once."""
    with Caller(asterisk.sip, bound_s=20) as caller:
        caller.invite(number, sender=sender)
        statuses = [status for status, _ in caller.responses()]
    return [s for n, s in enumerate(statuses) if n == 0 or s != statuses[n - 1]]


def _unanswered(asterisk: EmbeddedAsterisk) -> bool:
    """Whether a call was heard and never answered.

    A busy Asterisk 22.10 once in a while ends it with 487 in place of the 480 of its cause.
    """
    *heard, ended = _call(asterisk)
    return heard == [100, 183] and ended in (480, 487)


def _noted(records: Path) -> list[list[str]]:
    """What was noted of the one call, each line in words, once its end is noted."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        lines = [file.read_text().splitlines() for file in records.iterdir()]
        if lines and lines[0][-1].startswith("ended"):
            (one,) = lines
            return [line.split() for line in one]
        time.sleep(0.02)
    raise AssertionError(f"no end was noted: {list(records.iterdir())}")


def _words(records: Path) -> list[str]:
    return [line[0] for line in _noted(records)]


def _faults(asterisk: EmbeddedAsterisk) -> list[str]:
    """What Asterisk complains of, apart from the controller that is not there."""
    expected = ("Stasis app 'ivr' doesn't exist", "outbound websocket per-call config")
    return [line for line in asterisk.complaints() if not any(each in line for each in expected)]


def test_a_caller_waits_unanswered_and_is_promised_a_call_that_is_noted_first(
    alone: Alone, records: Path
):
    asterisk = alone(budget_s=2)
    began = int(time.time())

    assert _unanswered(asterisk)
    arrived, joined, promised, ended = _noted(records)
    assert arrived[2:] == ["0", NUMBER, "families", "+358401234567"]
    assert (joined[0], promised[0], ended[0]) == ("joined", "promised", "ended")
    assert began <= int(arrived[1]) <= int(joined[1]) <= int(promised[1]) <= int(ended[1])
    assert int(promised[1]) >= int(arrived[1]) + 2
    assert _faults(asterisk) == []


def test_whoever_hides_the_number_is_promised_nothing_and_nothing_of_it_is_noted(
    alone: Alone, records: Path
):
    asterisk = alone(budget_s=1, longest_s=2)
    asserted = ("P-Asserted-Identity: <sip:+358401234567@carrier.example>",)

    with Caller(asterisk.sip) as caller:
        caller.invite(NUMBER, sender=HIDDEN, headers=asserted)
        assert all(status != 200 for status, _ in caller.responses())
    arrived, *rest = _noted(records)
    assert arrived[2:] == ["1", NUMBER, "families", "-"]
    assert [line[0] for line in rest] == ["joined", "ended"]


SURELY = ("+358401234567", "0401234567", "00358501234567", "358451234567", "091234567")
NOT_SURELY = (
    *("+46701234567", "0600123456", "0700123456", "0800123456", "112", "+35840", "1401234567"),
    *("0291512361", "+358291512361"),  # another line of ours
)


def test_a_call_is_promised_to_those_numbers_alone_that_are_surely_subscribers(
    alone: Alone, records: Path
):
    asterisk = alone(budget_s=0, longest_s=0)
    for caller in (*SURELY, *NOT_SURELY):
        _call(asterisk, f"<sip:{caller}@carrier.example>")
        assert ("promised" in _words(records)) is (caller in SURELY), caller
        for file in records.iterdir():
            file.unlink()


def test_where_nothing_can_be_noted_nothing_is_promised(alone: Alone, records: Path):
    asterisk = alone(budget_s=1, longest_s=3)
    records.rmdir()
    began = time.monotonic()

    assert _unanswered(asterisk)
    assert time.monotonic() - began >= 2  # the caller has waited on
    log = (asterisk.state_dir / "asterisk" / "log" / "messages").read_text()
    assert "alone_kept" not in log


def test_where_the_arrival_could_not_be_noted_nothing_is_promised_though_it_could_be_by_now(
    alone: Alone, records: Path
):
    asterisk = alone(budget_s=8, longest_s=10)
    records.rmdir()
    with ThreadPoolExecutor() as beside:
        calling = beside.submit(_unanswered, asterisk)
        waits = re.compile("!(Queue|MusicOnHold)!")
        detached.wait_until(
            lambda: bool(waits.search(asterisk.cli("core show channels concise"))), bound_s=5
        )
        records.mkdir(mode=0o700)
        assert calling.result()
    log = (asterisk.state_dir / "asterisk" / "log" / "messages").read_text()
    assert "alone_kept" not in log
    assert not any("promised" in file.read_text() for file in records.iterdir())


@pytest.mark.parametrize("charging", [Charging.TOLL_FREE, Charging.ANSWERED])
def test_a_line_that_is_not_free_of_charge_by_early_media_answers_before_it_speaks(
    alone: Alone, records: Path, charging: Charging
):
    asterisk = alone(line={"charging": charging}, longest_s=1)

    assert _call(asterisk) == [100, 200]
    assert _words(records)[:2] == ["arrived", "answered"]


def test_a_closed_line_says_so_unanswered(alone: Alone, records: Path):
    asterisk = alone(line={"schedule": NEVER})

    assert _unanswered(asterisk)
    assert _words(records) == ["arrived", "closed", "ended"]
    assert _faults(asterisk) == []


def test_a_line_that_somebody_has_closed_is_closed_until_then(alone: Alone, records: Path):
    asterisk = alone(budget_s=0, longest_s=0)

    for ends_in_s, said in ((60, "closed"), (-1, "joined")):
        asterisk.cli(f"dialplan set global CLOSED_families {int(time.time()) + ends_in_s}")
        _call(asterisk)
        assert said in _words(records)
        for file in records.iterdir():
            file.unlink()
    assert _faults(asterisk) == []


def test_beyond_the_days_that_it_knows_of_the_dialplan_apologises(alone: Alone, records: Path):
    asterisk = alone(now=NOW - timedelta(days=200))

    assert _unanswered(asterisk)
    assert _words(records) == ["arrived", "ended"]
    assert _faults(asterisk) == []


@pytest.mark.parametrize(
    ("number", "sender"),
    [
        ("0291512360", '"x" <sip:%24%7bSHELL(id)%7d@carrier.example>'),
        ("0291512360", '"a,b)${GLOBAL(RECORDS)}" <sip:anna/../x@carrier.example>'),
        ("0%22%29,SHELL%28id%29", CITIZEN),
        ("0291512360;x=y", CITIZEN),
    ],
)
def test_nothing_that_a_caller_sends_but_digits_is_noted(
    alone: Alone, records: Path, number: str, sender: str
):
    asterisk = alone(budget_s=0, longest_s=0)

    _call(asterisk, sender, number)
    first = " ".join(_noted(records)[0])
    assert re.fullmatch(r"arrived \d+ [01] \d+ (families|-) (\+358401234567|-)", first), first


def test_who_is_not_at_work_is_not_rung_while_the_controllers_word_is_young(
    alone: Alone, records: Path
):
    asterisk = alone(budget_s=3)
    first = config.load(PROJECT_ROOT / "config").counsellors[0].account
    for believed_s, at_work, paused in ((600, "", True), (-1, "", False), (600, first, False)):
        word = f"{int(time.time()) + believed_s},families/{at_work},"
        asterisk.cli(f"dialplan set global AT_WORK {word}")
        _call(asterisk)
        shown = asterisk.cli("queue show alone-families")
        here = re.search(rf"PJSIP/{first} .*\(paused", shown)
        assert (here is not None) is paused, shown


async def test_a_phone_that_forwards_its_calls_leads_nobody_who_waits_anywhere(
    alone: Alone, records: Path
):
    asterisk = alone(budget_s=6)
    account = config.load(PROJECT_ROOT / "config").counsellors[0].account or ""
    secret = phone_passwords(asterisk.state_dir, [account])[account]
    stranger = Address(host="127.0.0.1", port=free_port())
    async with (
        listening(stranger) as heard,
        raw_phone(asterisk.sip, account, secret, says=(302,)) as phone,
    ):
        calling = asyncio.create_task(asyncio.to_thread(_call, asterisk))
        for rung, contact in enumerate(_elsewhere(stranger), 1):
            phone.leads_to = contact
            await phone.until_rung(rung)
        assert 200 not in await calling
        assert not heard
    assert _words(records) == ["arrived", "joined", "promised", "ended"]
    dialled = [line for line in asterisk.complaints() if "Local/" in line]
    assert dialled == []


def _elsewhere(stranger: Address) -> tuple[str, ...]:
    """Contacts of a 302: what Asterisk would dial if it followed them."""
    return (
        f"<sip:+358600123@{stranger}>",
        f"<sip:{NUMBER}@127.0.0.1>",
        f"<sip:Local%2F{NUMBER}%40from-trunk@127.0.0.1>",
    )
