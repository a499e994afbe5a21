"""Calls that reach the dialplan of a real Asterisk, and what it makes of them with nobody there."""

import json
import re

import pytest

from ivr.embedded import asterisk_config
from ivr.embedded.asterisk import EmbeddedAsterisk

from .arriving import PLAIN, arrival, arrival_of, controller
from .sip import Caller

_NOTHING_KNOWN = {"name": "", "number": ""}


async def test_a_call_reaches_the_controller_with_both_numbers(outspoken: EmbeddedAsterisk):
    event = await arrival_of(outspoken, "0291234567", PLAIN)

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
        (PLAIN, ("Privacy: id",)),
        (PLAIN, ("Privacy: header;Critical",)),
        ('"Matti 401234567" <sip:matti@carrier.example>', ()),
        ("<sip:carrier.example>", ()),
        ('"Matti" <sip:%22%24%7bEXTEN%7d,401234567@carrier.example>', ()),
    ],
)
async def test_nothing_that_identifies_a_hidden_caller_reaches_the_controller(
    asterisk: EmbeddedAsterisk, sender: str, headers: tuple[str, ...]
):
    event = await arrival_of(asterisk, "0291234567", sender, *headers)

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
    event = await arrival_of(asterisk, dialled, PLAIN)

    assert event["args"] == ["call", passed_on, "0"]


async def test_a_callers_endless_name_does_no_harm(asterisk: EmbeddedAsterisk):
    name = 'ä\\"${GLOBAL(PROMPTS)},' * 50

    event = await arrival_of(
        asterisk, "0291234567", f'"{name}" <sip:+358401234567@carrier.example>'
    )

    assert event["channel"]["caller"] == {"name": "", "number": "+358401234567"}


def test_with_no_controller_the_apology_is_played_and_nothing_answered(outspoken: EmbeddedAsterisk):
    outspoken.ensure_running()

    with Caller(outspoken.sip) as caller:
        caller.invite("0291234567", sender=PLAIN)
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
    async with controller(asterisk.ensure_running()) as events:
        with Caller(asterisk.sip) as inside, Caller(asterisk.sip) as outside:
            inside.invite("0291234567", sender=PLAIN)
            await arrival(events)
            outside.invite("0291234567", sender=PLAIN)
            assert [status for status, _ in outside.responses()][-1] == 503


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
