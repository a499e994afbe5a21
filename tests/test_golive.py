"""A checked configuration comes into force in the running line, and a standby holds it ready."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ivr import config, golive
from ivr.adapters.speech import Prompts
from ivr.config.prompts import SHIPPED
from ivr.configuring import NotTold, NotYet, Version
from ivr.domain.call import CounsellorId, LineId
from ivr.domain.code import ADMINISTRATORS
from ivr.domain.service import Service
from ivr.errors import Refusal
from ivr.golive import GoingLive, Live
from ivr.ports import JournalUnavailable
from ivr.settings import Settings
from ivr.telling import TELL_IT, Untold
from tests.domain.callbacks import request
from tests.fakes.service import SilentSpeech, changed, counsellor, facts, service

BEFORE = service()
WITHOUT_FREE = replace(BEFORE, lines=BEFORE.lines[1:])
FREE = LineId("free")


@dataclass
class Parts:
    """What goes by the configuration, made up."""

    done: list[str] = field(default_factory=list)
    on_air: frozenset[LineId] | None = frozenset()
    open: tuple[Any, ...] = ()
    outbox: object | None = object()
    reached: dict[str, bool] = field(default_factory=dict)
    phones: dict[str, bool | None] = field(default_factory=dict)
    disk_fails: bool = False
    service: Service = BEFORE

    def live(self) -> Live:
        made: Any = SimpleNamespace(
            house=SimpleNamespace(
                service=self.service,
                callbacks=SimpleNamespace(open=self.open, learn=self._learn),
                roster=SimpleNamespace(phone=self._phone),
                renew=self._renew,
            ),
            conductor=SimpleNamespace(lines=self.on_air),
            eraser=SimpleNamespace(retention=None),
            connections=SimpleNamespace(watch=self._watch),
            asterisk=SimpleNamespace(tell=self._tell, check=self._check),
        )
        return cast("Live", made)

    def succession(self) -> Any:
        return SimpleNamespace(outbox=self.outbox, configured=self.done.append)

    async def _learn(self) -> None:
        if self.disk_fails:
            raise JournalUnavailable("the disk is full")

    def _phone(self, account: str, *, reachable: bool) -> None:
        self.reached[account] = reachable

    def _renew(self, service: Service, _: object, pins: object) -> None:
        self.done.append(f"renewed, {len(service.lines)} lines, {pins}")

    async def _watch(self, _: object) -> dict[str, bool | None]:
        return self.phones

    def _check(self) -> Sequence[str]:
        self.done.append("checked")
        return ["a doubt about the dialplan"]

    async def _tell(self, _: object) -> Sequence[str]:
        return ["look there"]


def going(parts: Parts, **environment: str) -> GoingLive:
    settings = Settings.from_environment({"IVR_STATE_DIR": "/nowhere", **environment})
    source: Any = SimpleNamespace(
        check=lambda: (BEFORE, []),
        last_good=lambda: BEFORE,
        keep=lambda _: parts.done.append("kept"),
        fingerprint=lambda: "fingerprint",
    )
    return GoingLive(settings, source, parts.succession(), {})


def version(of: Service) -> Version:
    return Version(service=of, speech=SilentSpeech(), pins={CounsellorId("anna"): "1234"})


async def test_the_parts_take_it_all_at_once_and_a_standby_is_told_which_it_is() -> None:
    parts = Parts()
    steps = going(parts)
    steps.live = parts.live()
    assert await steps.take(version(BEFORE))
    assert parts.done == ["renewed, 6 lines, {'anna': '1234'}", "fingerprint"]
    assert steps.live.eraser.retention.days[FREE] > 0


async def test_a_standby_holds_it_ready_and_while_the_line_starts_none_is_taken() -> None:
    parts = Parts()
    steps = going(parts)
    await steps.admit(WITHOUT_FREE)
    assert not await steps.take(version(WITHOUT_FREE))
    assert parts.done == ["fingerprint"]
    assert await steps.tell() == []
    steps.starting = True
    with pytest.raises(NotYet, match="starting"):
        await steps.take(version(BEFORE))


@pytest.mark.parametrize("by", ["on the line", "to be called back"])
async def test_a_line_that_somebody_needs_does_not_go(by: str) -> None:
    parts = Parts()
    if by == "on the line":
        parts.on_air = frozenset({FREE})
    else:
        parts.open = (request(line="free"),)
    steps = going(parts)
    steps.live = parts.live()
    for attempt in (steps.admit(WITHOUT_FREE), steps.take(version(WITHOUT_FREE))):
        with pytest.raises(NotYet, match="The line free cannot go"):
            await attempt
    assert parts.done == []
    await steps.admit(changed(BEFORE, "free", numbers=("0291",)))


async def test_while_it_is_not_known_who_is_on_the_line_no_line_goes() -> None:
    parts = Parts(on_air=None)
    steps = going(parts)
    steps.live = parts.live()
    with pytest.raises(NotYet, match="not connected"):
        await steps.admit(WITHOUT_FREE)
    parts = Parts(disk_fails=True)
    steps.live = parts.live()
    with pytest.raises(NotYet, match="disk"):
        await steps.admit(WITHOUT_FREE)
    await steps.admit(changed(BEFORE, "free", numbers=("0291",)))


async def test_new_phones_are_known_as_they_are_and_those_that_asterisk_lacks_are_said() -> None:
    parts = Parts(phones={"anna": True, "bertil": False, "cecilia": None})
    steps = going(parts)
    steps.live = parts.live()
    assert await steps.tell() == ["look there", "the phone cecilia is unknown to Asterisk"]
    assert parts.reached == {"anna": True, "bertil": False}
    await steps.tell()
    assert parts.done == ["kept"]


def test_what_an_administrator_has_written_for_asterisk_is_checked_with_the_rest() -> None:
    parts = Parts()
    steps = going(parts)
    steps.check()
    assert parts.done == []
    steps.live = parts.live()
    assert steps.check() == (BEFORE, ["a doubt about the dialplan"])
    assert parts.done == ["checked"]


def test_a_standby_waits_for_the_prompts_that_the_other_speaks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spoken: list[Service] = []

    def missing(*_: object, **__: object) -> Any:
        raise Refusal("the prompt 'welcome' is missing")

    def speak(_: object, service: Service) -> tuple[str, ...]:
        spoken.append(service)
        return ()

    monkeypatch.setattr(golive, "speak", speak)
    monkeypatch.setattr(golive, "voice", missing)
    with pytest.raises(NotYet, match="missing"):
        going(Parts(outbox=None)).make(BEFORE)
    assert spoken == []
    with pytest.raises(Refusal, match="missing") as refused:
        going(Parts(), IVR_STATE_DIR=str(tmp_path)).make(BEFORE)
    assert not isinstance(refused.value, NotYet)
    assert spoken == [BEFORE]
    own = {"IVR_ARI_URL": "http://pbx:8088", "IVR_ARI_USER": "u", "IVR_ARI_PASSWORD": "p"}
    with pytest.raises(NotYet, match="missing"):
        going(Parts(), IVR_STATE_DIR=str(tmp_path), **own).make(BEFORE)


async def test_a_new_counsellor_has_a_pin_made_by_whoever_runs_the_line_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(golive, "speak", lambda *_: ("a recording is not used",))
    monkeypatch.setattr(golive, "voice", lambda *_, **__: SilentSpeech())
    of = service(counsellor("anna"), counsellor("bertil"))
    standby = await asyncio.to_thread(
        going(Parts(outbox=None), IVR_STATE_DIR=str(tmp_path)).make, of
    )
    assert standby.pins == {}
    assert not (tmp_path / "secrets").exists()
    made = going(Parts(), IVR_STATE_DIR=str(tmp_path)).make(of)
    assert sorted(made.pins) == [ADMINISTRATORS, "anna", "bertil"]
    assert (standby.doubts, made.doubts) == ((), ("a recording is not used",))


async def test_a_standby_refuses_a_counsellor_without_a_pin_as_whom_it_waits_for_does(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(golive, "speak", lambda *_: ())
    monkeypatch.setattr(golive, "voice", lambda *_, **__: SilentSpeech())
    file = tmp_path / "pins.json"
    file.write_text('{"anna": "1234"}')
    own = {"IVR_STATE_DIR": str(tmp_path), "IVR_PINS_FILE": str(file)}
    of = service(counsellor("anna"), counsellor("bertil"))
    for outbox in (None, object()):
        with pytest.raises(Refusal, match="no PIN for bertil"):
            going(Parts(outbox=outbox), **own).make(of)
    file.write_text('{"anna": "1234", "bertil": "5678"}')
    assert going(Parts(outbox=None), **own).make(of).pins[CounsellorId("bertil")] == "5678"


async def test_an_asterisk_of_ones_own_that_cannot_be_told_is_said_when_there_is_something() -> (
    None
):
    untold, shipped = Untold(), config.load(SHIPPED)
    assert await untold.tell(shipped) == []
    assert await untold.tell(shipped) == []
    assert await untold.tell(replace(shipped, lines=shipped.lines[1:])) == [TELL_IT]
    assert issubclass(NotTold, NotYet)


@dataclass
class Record:
    """A disk with a call on the line `free`, or a callback of it, or neither; or one that fails."""

    call: bool = False
    callback: bool = False
    fails: bool = False

    async def open_calls(self) -> dict[str, Any]:
        if self.fails:
            raise JournalUnavailable("the disk is full")
        return {"n1-1": facts(BEFORE.lines[0])} if self.call else {}

    async def callbacks(self) -> list[Any]:
        return [request(line="free")] if self.callback else []


@dataclass
class Held:
    """A configuration that says what is held back."""

    version: Version
    because: str | None = None

    def hold_back(self, version: Version, because: NotYet) -> None:
        self.version, self.because = version, str(because)


@pytest.mark.parametrize("record", [Record(call=True), Record(callback=True)])
async def test_a_start_goes_by_the_last_good_one_while_somebody_needs_a_line_of_it(
    record: Record, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(golive, "speak", lambda *_: ("a recording is not used",))
    monkeypatch.setattr(golive, "voice", lambda *_, **__: SilentSpeech())
    steps = going(Parts(), IVR_STATE_DIR=str(tmp_path))
    held: Any = Held(version(WITHOUT_FREE))
    await steps.begin(held, cast("Any", record))
    assert held.version.service == BEFORE
    assert "The line free cannot go" in str(held.because)
    assert steps.starting


async def test_a_start_that_cannot_speak_the_last_good_one_any_more_serves_all_other_lines(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def unspoken(*_: object, **__: object) -> Any:
        raise Refusal("the prompt 'topic_menu' does not say what the configuration says")

    monkeypatch.setattr(golive, "speak", lambda *_: ())
    monkeypatch.setattr(golive, "voice", unspoken)
    held: Any = Held(version(WITHOUT_FREE))
    await going(Parts(), IVR_STATE_DIR=str(tmp_path)).begin(held, cast("Any", Record(call=True)))
    assert held.because is None
    assert held.version.service == WITHOUT_FREE


@pytest.mark.parametrize(
    ("notes", "needed"),
    [
        ("", True),  # still there
        ("joined 1763884825\npromised 1763884910\nended 1763884916\n", True),
        ("joined 1763884825\nended 1763884916\n", False),
    ],
)
async def test_a_start_keeps_a_line_on_which_asterisk_serves_somebody_alone(
    notes: str, *, needed: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(golive, "speak", lambda *_: ())
    monkeypatch.setattr(golive, "voice", lambda *_, **__: SilentSpeech())
    steps = going(Parts(), IVR_STATE_DIR=str(tmp_path), IVR_ALONE_DIR=str(tmp_path / "alone"))
    (tmp_path / "alone").mkdir()
    call = f"arrived 1763884800 0 0291000001 free +358401234567\n{notes}"
    (tmp_path / "alone" / "1795331875.0.call").write_text(call)
    held: Any = Held(version(WITHOUT_FREE))
    await steps.begin(held, cast("Any", Record()))
    assert (held.because is not None) is needed
    assert (held.version.service == BEFORE) is needed


@pytest.mark.parametrize("record", [Record(), Record(fails=True)])
async def test_a_start_goes_by_what_is_saved_where_nobody_is_known_to_need_more(
    record: Record,
) -> None:
    held: Any = Held(version(WITHOUT_FREE))
    await going(Parts()).begin(held, cast("Any", record))
    assert held.because is None
    assert held.version.service == WITHOUT_FREE


async def test_a_line_that_nobody_remembers_is_missed_by_nobody() -> None:
    steps = going(Parts())
    cast("Any", steps)._source.last_good = lambda: None
    held: Any = Held(version(WITHOUT_FREE))
    await steps.begin(held, cast("Any", Record(call=True)))
    assert held.because is None


async def test_a_standby_whose_sounds_have_gone_while_it_waited_takes_those_that_there_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    there = SilentSpeech()
    monkeypatch.setattr(golive, "voice", lambda *_, **__: there)
    held: Any = Held(version(BEFORE))
    held.version = replace(
        held.version, speech=Prompts(folder=tmp_path / "gone", scripts={}, seconds={})
    )
    await going(Parts()).begin(held, cast("Any", Record()))
    assert held.version.speech is there
