"""A caller who withholds the number: served like anyone, and nothing identifying is kept."""

from pathlib import Path

import pytest

from ivr.embedded.asterisk import EmbeddedAsterisk
from ivr.phone.phone import Telephony
from tests.e2e.joining import QUIET, choose
from tests.e2e.line import Line

SECRET, NAME, SHOWN = "+358409876543", "Meikalainen", "+358451357924"
ASSERTED = {"P-Asserted-Identity": f'"Matti {NAME}" <sip:{SECRET}@carrier.example>'}
TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"


async def kept(line: Line, embedded: EmbeddedAsterisk) -> dict[str, str]:
    """Everything that is left of the calls, by where it is."""
    found: dict[str, str] = {}
    for table in [row[0] for row in await line.rows(TABLES)]:
        rows = await line.rows(f'SELECT t::text FROM "{table}" AS t')  # noqa: S608
        found[table] = "\n".join(row[0] for row in rows)
    folders = (Path(line.environment["IVR_STATE_DIR"]), embedded.state_dir / "asterisk" / "log")
    for file in (file for folder in folders for file in folder.rglob("*") if file.is_file()):
        found[file.name] = file.read_bytes().decode(errors="replace")
    return found | {"console": line.said()}


@pytest.mark.parametrize(
    "call_from",
    [
        pytest.param((None, ASSERTED), id="asserted by the carrier"),
        pytest.param((SECRET, {"Privacy": "id"}), id="in the From header"),
        pytest.param((SECRET, {"Privacy": "user;id", **ASSERTED}), id="in both"),
    ],
)
async def test_a_hidden_caller_is_served_and_leaves_no_trace_of_who_they_are(
    line: Line,
    telephony: Telephony,
    passwords: dict[str, str],
    embedded: EmbeddedAsterisk,
    call_from: tuple[str | None, dict[str, str]],
) -> None:
    number, headers = call_from
    anna = await telephony.counsellor("anna", passwords["anna"])
    citizen = await telephony.citizen(number)
    call = await citizen.dial(QUIET, headers=headers)
    await choose(call, "fi")
    leg = await anna.next_call()
    shown = "\n".join(str(dict(message.headers)) + message.body for message in leg.messages)
    await leg.answer()
    await call.answered()
    await call.hang_up()
    assert await line.outcomes(1) == ["served"]
    assert [tuple(row) for row in await line.rows("SELECT caller, hidden FROM call")] == [
        (None, True)
    ]
    places = {**await kept(line, embedded), "the counsellor's phone": shown}
    assert {"call", "call_event", "outbox.sqlite", "ivr.log"} <= places.keys()
    for who in (SECRET.removeprefix("+358"), NAME):
        assert [place for place, text in places.items() if who in text] == []


async def test_the_number_of_a_caller_who_shows_it_is_kept_in_one_place_and_in_no_log(
    line: Line, telephony: Telephony, embedded: EmbeddedAsterisk
) -> None:
    citizen = await telephony.citizen(SHOWN)
    call = await citizen.dial(QUIET)
    await choose(call, "fi")
    await call.heard("music")
    await call.hang_up()
    assert await line.outcomes(1) == ["abandoned_queue"]
    places = await kept(line, embedded)
    own_disk = {place for place in places if place.startswith("outbox.sqlite")}
    assert [p for p in places.keys() - own_disk if SHOWN.removeprefix("+358") in places[p]] == [
        "call"
    ]
