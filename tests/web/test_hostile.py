"""Whatever is sent to the web port, it is refused or ignored, and the next who asks is answered."""

import asyncio
import zlib
from collections.abc import AsyncIterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ivr.domain.journal import DutyKind, EventKind
from ivr.settings import Address
from ivr.web import connections
from ivr.web.api import DeskAccess
from ivr.web.app import create_app, serving
from ivr.web.metrics import Metrics
from tests.adapters.record import duty_event, event
from tests.web.made_up import MadeUpStatus
from tests.web.test_desk import TOKEN, MadeUpDesk

BOUND_S = 10.0
SIGN_IN = "/api/counsellors/aino/sign-in"


def _post(body: bytes, *headers: str, path: str = SIGN_IN, length: int | None = None) -> bytes:
    """A wish that bears the token."""
    lines = [
        f"POST {path} HTTP/1.1", "Host: line", f"Authorization: Bearer {TOKEN}",
        f"Content-Length: {len(body) if length is None else length}", *headers, "", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode() + body


def _get(path: str, *headers: str, method: str = "GET") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: line", *headers, "", ""]).encode()


CHUNKED = "Transfer-Encoding: chunked"
# What is sent, and the statuses with which it may be answered; none: the connection ends.
HOSTILE: dict[str, tuple[bytes, set[int]]] = {
    "binary": (bytes(range(256)) * 40, {400}),
    "a TLS greeting": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x07" * 500, {400}),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00", {400, 404, 405}),
    "SIP": (b"OPTIONS sip:line SIP/2.0\r\nVia: SIP/2.0/TCP x\r\n\r\n", {400}),
    "a WebSocket": (
        _get("/healthz", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==") + b"\x82\xff\x7f" + b"\xff" * 2000,
        {200, 400},
    ),
    "an endless address": (_get("/" + "a" * 100_000), {400, 414}),
    "an endless header": (_get("/healthz", "X: " + "a" * 1_000_000), {400, 431}),
    "headers without number": (_get("/healthz", *(f"X{n}: y" for n in range(10_000))), {400, 431}),
    "an endless method": (b"A" * 100_000 + b" / HTTP/1.1\r\n\r\n", {400}),
    "an unknown method": (_get("/healthz", method="BREW"), {400, 405}),
    "a proxy": (_get("line:5060", method="CONNECT"), {400, 404, 405}),
    "another's address": (_get("http://169.254.169.254/latest/"), {404}),
    "no path": (_get("*", method="OPTIONS"), {400, 404, 405}),
    "a way up": (_get("/../../../../etc/passwd"), {404}),
    "a way up, escaped": (_get("/%2e%2e/%2e%2e/etc/passwd"), {404}),
    "a way up, out of the desk": (_get("/api/../../etc/passwd"), {401, 404}),
    "a null in the path": (_get("/healthz%00.html"), {404}),
    "no UTF-8 in the path": (_get("/%ff%fe"), {404}),
    "line breaks in the path": (_get("/healthz%0d%0aSet-Cookie:%20a=b"), {404}),
    "the desk with another slash": (_get("//api/counsellors"), {404}),
    "the desk in capitals": (_get("/API/counsellors"), {404}),
    "the desk, escaped": (_get("/%61pi/counsellors"), {401}),
    "two lengths": (_post(b"{}", "Content-Length: 50"), {400}),
    "a negative length": (_post(b"{}", length=-1), {400}),
    "a length and chunks": (_post(b"0\r\n\r\n", CHUNKED), {400}),
    "an endless chunk": (
        _get(SIGN_IN, CHUNKED, f"Authorization: Bearer {TOKEN}", method="POST") + b"F" * 5000,
        {400},
    ),
    "a body too long": (_post(b'{"account": "' + b"c" * 5000 + b'"}'), {413}),
    "a body that swells": (
        _post(zlib.compress(b" " * 10_000_000), "Content-Encoding: deflate"), {400, 413}
    ),
    "a deep body": (_post(b"[" * 1000), {400}),
    "a body of figures": (_post(b'{"account": ' + b"9" * 900 + b"}"), {400}),
    "no number": (_post(b'{"account": NaN}'), {400}),
    "no UTF-8": (_post(b'{"account": "\xff\xfe"}'), {400}),
    "an unknown encoding": (_post(b'{"account": "a"}', "Content-Type: a; charset=\x00x"), {400}),
    "an id without end": (_get("/api/callbacks/" + "9" * 5000, f"Authorization: Bearer {TOKEN}"),
                          {404, 503}),
}  # fmt: skip


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Address]:
    monkeypatch.setattr(connections, "SILENT_S", 0.3)
    status, desk = MadeUpStatus(), MadeUpDesk()
    access = DeskAccess(token=TOKEN, desk=lambda: desk, callbacks=lambda: None)
    made = create_app(status, Metrics(status), access)
    async with serving(made, Address(host="127.0.0.1", port=0)) as address:
        yield address


async def _ask(port: Address, raw: bytes) -> bytes:
    """All that comes back until the other side ends the connection."""
    reader, writer = await asyncio.open_connection(port.host, port.port)
    try:
        async with asyncio.timeout(BOUND_S):
            writer.write(raw)
            return await reader.read(65536)
    except ConnectionError:
        return b""
    finally:
        writer.transport.abort()


@pytest.mark.parametrize(("raw", "may"), HOSTILE.values(), ids=HOSTILE)
async def test_what_is_hostile_is_refused_and_the_next_is_answered(
    port: Address, caplog: pytest.LogCaptureFixture, raw: bytes, may: set[int]
) -> None:
    said = await _ask(port, raw)
    head, _, body = said.partition(b"\r\n\r\n")
    assert int(said.split()[1]) in may
    assert b"\r\nServer: ivr\r\n" in head
    assert b"\r\nX-Content-Type-Options: nosniff\r\n" in head
    assert b"Set-Cookie" not in head
    assert len(body) < 300  # what was sent is not sent back
    assert not caplog.records
    assert (await _ask(port, _get("/healthz"))).startswith(b"HTTP/1.1 200")


async def test_who_never_ends_a_request_is_cut_off_and_not_logged(
    port: Address, caplog: pytest.LogCaptureFixture
) -> None:
    for raw in (b"", b"GET /healthz HTTP/1.1\r\nX: ", _get("/healthz") + b"GET /"):
        reader, writer = await asyncio.open_connection(port.host, port.port)
        writer.write(raw)
        async with asyncio.timeout(BOUND_S):
            await reader.read()  # until the other side hangs up
        writer.transport.abort()
    assert not caplog.records


async def test_so_many_connections_and_no_more_are_held(
    port: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST", 3)
    monkeypatch.setattr(connections, "SILENT_S", BOUND_S)
    held = [await asyncio.open_connection(port.host, port.port) for _ in range(3)]
    for reader, writer in held:
        writer.write(_get("/healthz"))
        assert await reader.readuntil(b"}")  # it is there for the server, too
    assert await _ask(port, _get("/healthz")) == b""
    reader, writer = held[0]
    writer.write(_get("/healthz", "Connection: close"))
    async with asyncio.timeout(BOUND_S):
        assert (await reader.read()).startswith(b"HTTP/1.1 200")  # those inside do not suffer
        while not await _ask(port, _get("/healthz")):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    for _, writer in held:
        writer.transport.abort()


async def test_no_word_of_an_event_breaks_the_metrics() -> None:
    metrics = Metrics(MadeUpStatus())
    words = ['a"b', "a\n# HELP x", 'x{y="z"} 1', "\\", "\x00\x1b[31m", "\u2028"]
    for word in words:
        metrics.observe(event(EventKind.FINISHED, outcome=word))
        metrics.observe_duty(duty_event(DutyKind.DISPOSITION, code=word))
    told = list(text_string_to_metric_families(metrics.exposition().decode()))
    for name, label in (("ivr_calls_ended", "outcome"), ("ivr_dispositions", "code")):
        (family,) = (each for each in told if each.name == name)
        said = {one.labels[label] for one in family.samples if one.name.endswith("_total")}
        assert said == set(words)


@pytest.mark.parametrize("token", ["", "x", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "\u00ff" * 30])
async def test_a_wrong_token_opens_nothing(port: Address, token: str) -> None:
    raw = _post(b'{"account": "c201"}').replace(TOKEN.encode(), token.encode())
    assert (await _ask(port, raw)).startswith(b"HTTP/1.1 401")
