import base64
import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from ivr import config
from ivr.adapters import dialplan
from ivr.cli import main
from ivr.config.prompts import SHIPPED
from ivr.embedded import asterisk_config
from ivr.embedded.asterisk import AsteriskAccess, EmbeddedAsterisk
from ivr.embedded.dialplan_check import linted, loaded
from ivr.embedded.packages import Root
from ivr.embedded.passwords import phone_passwords

from .sip import Caller

_PLAIN = '"Matti" <sip:+358401234567@carrier.example>'
_NOTHING_KNOWN = {"name": "", "number": ""}

Edited = Callable[[str, str, str], EmbeddedAsterisk]


@pytest.fixture(scope="module")
def alone() -> Mapping[str, str]:
    """What is generated for the lines as shipped."""
    return dialplan.files(config.load(SHIPPED), datetime.now(UTC))


@asynccontextmanager
async def _controller(access: AsteriskAccess) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    login = base64.b64encode(f"{access.user}:{access.password}".encode()).decode()
    headers = {"Authorization": f"Basic {login}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.ws_connect(f"{access.ari_url}/ari/events?app=ivr") as events,
    ):
        yield events


async def _arrival(events: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
    while True:
        event: dict[str, Any] = await events.receive_json(timeout=10)
        if event["type"] == "StasisStart":
            return event


async def _arrival_of(
    asterisk: EmbeddedAsterisk, number: str, sender: str, *headers: str
) -> dict[str, Any]:
    async with _controller(asterisk.ensure_running()) as events:
        with Caller(asterisk.sip) as caller:
            caller.invite(number, sender=sender, headers=headers)
            return await _arrival(events)


async def test_a_call_reaches_the_controller_with_both_numbers(outspoken: EmbeddedAsterisk):
    event = await _arrival_of(outspoken, "0291234567", _PLAIN)

    assert event["args"] == ["call", "0291234567", "0"]
    assert event["channel"]["caller"] == {"name": "", "number": "+358401234567"}
    assert event["channel"]["dialplan"]["exten"] == "0291234567"
    assert outspoken.complaints() == []


@pytest.mark.parametrize(
    ("sender", "headers"),
    [
        ('"Anonymous" <sip:anonymous@anonymous.invalid>', ()),
        (
            '"Anonymous" <sip:anonymous@anonymous.invalid>',
            ('P-Asserted-Identity: "Matti" <sip:+358401234567@carrier.example>', "Privacy: id"),
        ),
        (
            '"Anonymous" <sip:anonymous@anonymous.invalid>',
            ("P-Asserted-Identity: <sip:+358401234567@carrier.example>",),
        ),
        (_PLAIN, ("Privacy: id",)),
        (_PLAIN, ("Privacy: header;Critical",)),
        ('"Matti 401234567" <sip:matti@carrier.example>', ()),
        ("<sip:carrier.example>", ()),
        ('"Matti" <sip:%22%24%7bEXTEN%7d,401234567@carrier.example>', ()),
    ],
)
async def test_nothing_that_identifies_a_hidden_caller_reaches_the_controller(
    asterisk: EmbeddedAsterisk, sender: str, headers: tuple[str, ...]
):
    event = await _arrival_of(asterisk, "0291234567", sender, *headers)

    assert event["args"] == ["call", "0291234567", "1"]
    assert event["channel"]["caller"] == _NOTHING_KNOWN
    assert "401234567" not in json.dumps(event)
    assert "matti" not in json.dumps(event).casefold()


@pytest.mark.parametrize(
    ("dialled", "passed_on"),
    [
        ("+358291234567", "+358291234567"),
        ("7", "7"),
        ("0291234567;npdi", "0291234567"),
        ("112abc", "112"),
        ("kissa", "0"),
        ("0%22%29,SHELL%28id%29", "0"),
        ("1" * 500, "1" * 79),  # as many as Asterisk keeps
    ],
)
async def test_whatever_is_dialled_reaches_the_controller_as_a_number(
    asterisk: EmbeddedAsterisk, dialled: str, passed_on: str
):
    event = await _arrival_of(asterisk, dialled, _PLAIN)

    assert event["args"] == ["call", passed_on, "0"]


async def test_a_callers_endless_name_does_no_harm(asterisk: EmbeddedAsterisk):
    name = 'ä\\"${GLOBAL(PROMPTS)},' * 50

    event = await _arrival_of(
        asterisk, "0291234567", f'"{name}" <sip:+358401234567@carrier.example>'
    )

    assert event["channel"]["caller"] == {"name": "", "number": "+358401234567"}


def test_with_no_controller_the_apology_is_played_and_nothing_answered(outspoken: EmbeddedAsterisk):
    outspoken.ensure_running()

    with Caller(outspoken.sip) as caller:
        caller.invite("0291234567", sender=_PLAIN)
        statuses = [status for status, _ in caller.responses()]

    assert statuses == [100, 183, 480]
    assert not [line for line in outspoken.complaints() if "file.c" in line]  # both were found


def test_nobody_gets_in_by_calling_themselves_the_trunk(asterisk: EmbeddedAsterisk):
    asterisk.ensure_running()

    with Caller(asterisk.sip, host="127.0.0.2") as stranger:
        stranger.invite("0291234567", sender="<sip:trunk@carrier.example>")
        status, _ = next(stranger.responses())

    assert status == 401


async def test_beyond_the_last_resort_asterisk_itself_says_that_it_cannot(
    asterisk: EmbeddedAsterisk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(asterisk_config, "MOST_CALLS", 1)
    async with _controller(asterisk.ensure_running()) as events:
        with Caller(asterisk.sip) as inside, Caller(asterisk.sip) as outside:
            inside.invite("0291234567", sender=_PLAIN)
            await _arrival(events)
            outside.invite("0291234567", sender=_PLAIN)
            assert [status for status, _ in outside.responses()][-1] == 503


def _dial(phone: Caller, asterisk: EmbeddedAsterisk, number: str) -> None:
    """Dial on Anna's phone, with her password."""
    password = phone_passwords(asterisk.state_dir, ["anna"])["anna"]
    sender = f"<sip:anna@{asterisk.sip}>"
    phone.invite(number, sender=sender)
    _, challenge = next(phone.responses())
    login = phone.authorization(challenge, user="anna", password=password, number=number)
    phone.invite(number, sender=sender, headers=(login,))


@pytest.mark.parametrize("code", ["*1", "*2", "*21", "*24", "*3", "*4", "*5", "*51", "*55", "*6"])
async def test_a_counsellors_phone_dials_a_code_and_the_controller_gets_it_with_the_phone(
    asterisk: EmbeddedAsterisk, code: str
):
    await _reaches_the_controller(asterisk, code)


@pytest.mark.parametrize("number", ["10", "102", "1020", "10200", "11", "911"])
async def test_a_counsellors_phone_dials_a_colleague(asterisk: EmbeddedAsterisk, number: str):
    await _reaches_the_controller(asterisk, number)


async def _reaches_the_controller(asterisk: EmbeddedAsterisk, code: str) -> None:
    async with _controller(asterisk.ensure_running()) as events:
        with Caller(asterisk.sip) as phone:
            _dial(phone, asterisk, code)
            assert (await _arrival(events))["args"] == ["desk", code, "anna"]


def test_a_code_finds_no_controller_and_the_phone_is_told(asterisk: EmbeddedAsterisk):
    asterisk.ensure_running()

    with Caller(asterisk.sip) as phone:
        _dial(phone, asterisk, "*1")
        assert [status for status, _ in phone.responses()][-1] == 480


@pytest.mark.parametrize(
    "number",
    [
        "0401234567",
        "112",
        "5",
        "102000",
        "10#",
        "*8",
        "*71",
        "*0",
        "*11",
        "*25",
        "*211",
        "*50",
        "*56",
        "*1#",
        "*91",
        "anna",
    ],
)
def test_a_counsellors_phone_can_dial_nothing_else(asterisk: EmbeddedAsterisk, number: str):
    asterisk.ensure_running()

    with Caller(asterisk.sip) as phone:
        _dial(phone, asterisk, number)
        assert [status for status, _ in phone.responses()][-1] == 403


def test_nothing_that_is_dialled_can_call_anybody(asterisk: EmbeddedAsterisk):
    asterisk.ensure_running()

    steps = re.findall(
        r"\d+\. (\w+)\(.*\[(?:extensions|alone)\.conf", asterisk.cli("dialplan show")
    )
    known = asterisk.cli("core show applications")

    assert set(steps) <= {
        "Answer", "Gosub", "GosubIf", "Goto", "GotoIf", "Hangup", "MusicOnHold", "Playback",
        "Progress", "Queue", "Return", "Set", "Stasis",
    }  # fmt: skip
    assert {"Stasis", "Hangup"} <= set(steps)
    assert "Stasis:" in known
    for calls_out in ("Dial", "Originate", "Page", "FollowMe", "Transfer", "System"):
        assert f" {calls_out}:" not in known


def test_the_shipped_configuration_has_no_problems(
    root: Root, asterisk: EmbeddedAsterisk, alone: Mapping[str, str]
):
    assert loaded(root, asterisk.dialplan_dir, alone) == []
    assert linted(asterisk.dialplan_dir, alone) == []


@pytest.mark.parametrize(
    ("mistake", "where"),
    [
        (
            ("extensions.conf", "Progress()", "Progres()"),
            r"dialplan/extensions\.conf:\d+: .*Progres",
        ),
        (
            ("extensions.conf", "Goto(alone,", "Goto(allone,"),
            r"extensions\.conf:\d+: .*allone",
        ),
        (("pjsip.conf", "direct_media=no", "direct_medai=no"), "direct_medai"),
        (("modules.conf", "app_stasis.so", "app_stassis.so"), "app_stassis"),
    ],
)
def test_a_mistake_in_the_configuration_is_found_and_named(
    root: Root,
    edited: Edited,
    alone: Mapping[str, str],
    mistake: tuple[str, str, str],
    where: str,
):
    folder = edited(*mistake).dialplan_dir
    found = [*loaded(root, folder, alone), *linted(folder, alone)]

    assert any(each.serious and re.search(where, str(each)) for each in found), found


def test_a_dialplan_that_is_no_utf_8_is_refused(root: Root, edited: Edited):
    folder = edited("features.conf", "", "").dialplan_dir
    (folder / "features.conf").write_bytes(b"; \xe4\n")

    (complaint,) = loaded(root, folder, {})
    assert complaint.serious
    assert complaint.text.endswith("features.conf is no UTF-8: save it as UTF-8.")


def test_ivr_check_tells_what_asterisk_and_the_linter_say_where_it_stands(
    edited: Edited, capsys: pytest.CaptureFixture[str]
):
    folder = edited("pjsip.conf", "direct_media=no", "direct_medai=no").dialplan_dir
    extensions = folder / "extensions.conf"
    extensions.write_text(extensions.read_text().replace("Progress()", "Progres()"))

    assert main(["check", "--dialplan", str(folder)]) == 1
    said = capsys.readouterr().out
    assert re.search(rf"^{folder}: error: Asterisk says: .*'direct_medai'", said, re.MULTILINE)
    assert re.search(r"^{folder}/extensions.conf:\d+: error: the linter says: E_APP_MISSING",
                     said.replace(str(folder), "{folder}"), re.MULTILINE)  # fmt: skip
