"""Every request that is made is one that the running Asterisk documents."""

import base64
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from inspect import getmembers, iscoroutinefunction
from typing import Any

import aiohttp
import pytest

from ivr.adapters.ari.events import UNWANTED, Translator
from ivr.adapters.ari.switch import AriSwitch
from ivr.domain.call import BridgeId, CallId, ChannelId, LineId
from ivr.ports import Media, PlaybackId, Switch

from .conftest import Exchange
from .server import Answer, FakeAri, Request, serving

CALLER, LEG, BRIDGE = ChannelId("1.1"), ChannelId("n1-1.1.leg.aa"), BridgeId("n1-1.1.talk")
PLAYBACK = PlaybackId("1.1.say0")

VERBS: Mapping[str, Callable[[Switch], Awaitable[Any]]] = {
    "progress": lambda switch: switch.progress(CALLER),
    "answer": lambda switch: switch.answer(CALLER),
    "play": lambda switch: switch.play(
        CALLER, PLAYBACK, [Media("/a"), Media("/b")], then_music=True
    ),
    "stop": lambda switch: switch.stop(PLAYBACK),
    "record": lambda switch: switch.record(CALLER, "draft-1-1-fi", longest_s=30),
    "keep_recording": lambda switch: switch.keep_recording("draft-1-1-fi", "families-1a-fi"),
    "forget_recording": lambda switch: switch.forget_recording("draft-1-1-fi"),
    "start_music": lambda switch: switch.start_music(CALLER),
    "stop_music": lambda switch: switch.stop_music(CALLER),
    "listen": lambda switch: switch.listen(CALLER),
    "stop_listening": lambda switch: switch.stop_listening(CALLER),
    "received": lambda switch: switch.received(CALLER),
    "holds_us": lambda switch: switch.holds_us(CALLER),
    "remember": lambda switch: switch.remember(CALLER, "{}"),
    "ring": lambda switch: switch.ring(
        LEG, call=CallId("n1-1.1"), account="anna", display="FI", number="029", ring_s=20
    ),
    "dial_out": lambda switch: switch.dial_out(
        LEG, call=CallId("n1-1.1"), number="0401112222", caller_id="029", ring_s=20
    ),
    "call_back": lambda switch: switch.call_back(
        LEG,
        call=CallId("n1-1.1"),
        number="0401112222",
        caller_id="029",
        ring_s=20,
        facts="{}",
    ),
    "start_ringback": lambda switch: switch.start_ringback(LEG),
    "stop_ringback": lambda switch: switch.stop_ringback(LEG),
    "report_transfer": lambda switch: switch.report_transfer(LEG, done=True),
    "join": lambda switch: switch.join(BRIDGE, [CALLER, LEG]),
    "part": lambda switch: switch.part(BRIDGE),
    "hang_up": lambda switch: switch.hang_up(CALLER),
    "apologise": lambda switch: switch.apologise(CALLER),
    "tell_at_work": lambda switch: switch.tell_at_work("1795331875,free/anna,"),
    "tell_closed": lambda switch: switch.tell_closed(LineId("free"), 1795331875),
    "ours": lambda switch: switch.ours(),
    "snapshot": lambda switch: switch.snapshot(),
}


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One documented operation: the names of its parameters by where they stand."""

    method: str
    path: re.Pattern[str]
    query: frozenset[str]
    body: frozenset[str]
    required: frozenset[str]
    notes: str

    @classmethod
    def of(cls, path: str, documented: Mapping[str, Any]) -> "Operation":
        parameters = documented.get("parameters", [])

        def named(*places: str) -> frozenset[str]:
            return frozenset(p["name"] for p in parameters if p["paramType"] in places)

        return cls(
            method=documented["httpMethod"],
            path=re.compile(re.sub(r"\{\w+\}", "[^/]+", path.lstrip("/"))),
            query=named("query"),
            body=named("query", "body"),
            required=named("query", "body") & {p["name"] for p in parameters if p.get("required")},
            notes=documented.get("notes", ""),
        )

    def fits(self, request: Request) -> bool:
        return self.method == request["method"] and bool(self.path.fullmatch(request["uri"]))


@dataclass(frozen=True, kw_only=True)
class Documentation:
    operations: tuple[Operation, ...]
    events: frozenset[str]

    def operation(self, request: Request) -> Operation:
        # Of `channels/{id}` and `channels/create` the literal one is meant.
        fitting = [operation for operation in self.operations if operation.fits(request)]
        assert fitting, f"Asterisk knows no {request['method']} {request['uri']}"
        return min(fitting, key=lambda operation: operation.path.pattern.count("[^/]+"))


@pytest.fixture
async def documented(exchange: Exchange) -> Documentation:
    """What `/ari/api-docs` of the running Asterisk says (Swagger 1.1)."""
    target = exchange.target
    login = base64.b64encode(f"{target.user}:{target.password}".encode()).decode()
    headers = {"Authorization": f"Basic {login}"}
    async with aiohttp.ClientSession(headers=headers) as session:

        async def read(path: str) -> dict[str, Any]:
            async with session.get(f"{target.url}/ari{path}") as answer:
                found: dict[str, Any] = await answer.json(content_type=None)
                return found

        listed = await read("/api-docs/resources.json")
        pages = [await read(page["path"].format(format="json")) for page in listed["apis"]]
    return Documentation(
        operations=tuple(
            Operation.of(api["path"], operation)
            for page in pages
            for api in page["apis"]
            for operation in api["operations"]
        ),
        events=frozenset(name for page in pages for name in page.get("models", {})),
    )


@pytest.fixture
async def requests() -> list[Request]:
    """Every request that a connection and all verbs make."""
    async with serving(FakeAri(answer=_plausible)) as ari:
        async with ari.connections("anna").connect() as connection:
            for verb in VERBS.values():
                await verb(connection.switch)
        return ari.requests


def _plausible(request: Request) -> Answer:
    """What Asterisk might say; the leg outside exists already, so that it is looked for."""
    if request["uri"] == "channels/create" and "@trunk" in request["message_body"]:
        return 409, {"message": "Channel with given unique ID already exists"}
    empty: dict[str, Any] = {
        "asterisk/info": {"status": {"startup_time": "2026-11-23T08:00:00.000+0000"}},
        "applications/ivr": {"bridge_ids": [], "channel_ids": []},
        "channels": [],
        "endpoints/PJSIP": [],
        f"channels/{CALLER}/rtp_statistics": {"rxcount": 0},
        f"channels/{CALLER}/variable": {"value": "0"},
        f"bridges/{BRIDGE}": {"channels": [LEG]},
    }
    return 200, empty.get(request["uri"])


def test_every_verb_is_held_against_the_documentation() -> None:
    public = [name for name, _ in getmembers(AriSwitch, iscoroutinefunction) if name[0] != "_"]
    assert sorted(public) == sorted(VERBS)


def test_every_request_has_a_documented_method_and_path(
    requests: list[Request], documented: Documentation
) -> None:
    assert {request["uri"].partition("/")[0] for request in requests} == {
        "applications",
        "asterisk",
        "bridges",
        "channels",
        "endpoints",
        "playbacks",
        "recordings",
    }
    for request in requests:
        documented.operation(request)


def test_every_parameter_is_documented_and_none_that_is_required_is_missing(
    requests: list[Request], documented: Documentation
) -> None:
    for request in requests:
        operation = documented.operation(request)
        query = {parameter["name"] for parameter in request["query_strings"]}
        body = set(json.loads(request.get("message_body", "{}")))
        if request["uri"].endswith("/eventFilter"):
            # Its body has one unnamed object; the notes name the fields.
            assert all(f'"{name}"' in operation.notes for name in body), operation.notes
            body = set()
        where = f"{request['method']} {request['uri']}"
        assert query <= operation.query, where
        assert body <= operation.body, where
        assert operation.required <= query | body, where


def test_every_event_that_is_understood_or_unwanted_exists(documented: Documentation) -> None:
    understood = {
        "StasisStart",
        "StasisEnd",
        "ChannelStateChange",
        "ChannelHangupRequest",
        "ChannelDestroyed",
        "ChannelDtmfReceived",
        "ChannelHold",
        "ChannelUnhold",
        "ChannelTransfer",
        "PlaybackFinished",
        "PeerStatusChange",
        "ApplicationReplaced",
    }
    assert understood | set(UNWANTED) <= documented.events
    assert not understood & set(UNWANTED)
    assert all(Translator().translate({"type": unwanted}) is None for unwanted in UNWANTED)
