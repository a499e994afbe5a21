"""What becomes of a wish to Asterisk that it does not hear, refuses, or leaves unanswered."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from ivr.adapters import ami
from ivr.adapters.ami import AmiFailed, AmiTarget, read_anew
from ivr.settings import Address

GREETING = b"Asterisk Call Manager/11.0.0\r\n"
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def asterisk(talk: Talk) -> AsyncIterator[AmiTarget]:
    """One that talks so."""
    writers: list[asyncio.StreamWriter] = []

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        writer.write(GREETING)
        await talk(reader, writer)

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        address = Address(host="127.0.0.1", port=port)
        yield AmiTarget(address=address, user="ivr", password="secret")
    finally:
        for writer in writers:
            writer.close()
        server.close()


async def answer(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, said: str
) -> dict[str, str]:
    """Answer the next wish so; what it was."""
    wish = (await reader.readuntil(b"\r\n\r\n")).decode()
    fields = dict(line.split(": ", 1) for line in wish.strip().split("\r\n"))
    writer.write(f"Response: {said}\r\nActionID: {fields['ActionID']}\r\n\r\n".encode())
    return fields


async def test_one_that_answers_nothing_is_not_waited_for_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ami, "ANSWER_S", 0.1)

    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")

    async with asterisk(silent) as target:
        with pytest.raises(AmiFailed, match="does not answer at "):
            await read_anew(target, ["local/alone.conf"])


async def test_each_reader_is_asked_once_and_events_are_never_wanted() -> None:
    asked: list[dict[str, str]] = []

    async def willing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.extend([await answer(reader, writer, "Success") for _ in range(3)])

    async with asterisk(willing) as target:
        await read_anew(target, ["local/alone.conf", "extensions.conf", "local/phones.conf"])
    login, *wishes = asked
    assert (login["Username"], login["Events"]) == ("ivr", "off")
    assert [wish["Module"] for wish in wishes] == ["pbx_config.so", "res_pjsip.so"]
    assert {wish["Action"] for wish in wishes} == {"Reload"}


async def test_one_that_refuses_the_wish_or_the_password_is_told_apart() -> None:
    async def no_right(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer(reader, writer, "Success")
        await answer(reader, writer, "Error\r\nMessage: Permission denied")

    async with asterisk(no_right) as target:
        with pytest.raises(AmiFailed, match="refuses to reload all: Permission denied"):
            await read_anew(target, ["pjsip.conf"])

    async def stranger(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer(reader, writer, "Error\r\nMessage: Authentication failed")

    async with asterisk(stranger) as target:
        with pytest.raises(AmiFailed, match="password"):
            await read_anew(target, ["pjsip.conf"])


async def test_one_that_goes_in_the_middle_is_no_reason_to_connect_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ami, "ANSWER_S", 0.2)
    met = 0

    async def dies(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal met
        met += 1
        await answer(reader, writer, "Success")
        writer.close()

    async with asterisk(dies) as target:
        with pytest.raises(AmiFailed, match="does not answer"):
            await read_anew(target, ["pjsip.conf"])
        assert met == 1
