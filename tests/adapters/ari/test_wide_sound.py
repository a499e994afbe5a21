"""Asterisk plays a clip at 16 kHz to who hears that, and as A-law to who hears A-law."""

import asyncio
import time
from pathlib import Path

import aiohttp
import numpy as np
import pytest

from ivr.adapters import clips, wav
from ivr.adapters.clips import ClipKey
from ivr.ports import Arrived

from .conftest import BOUND_S, SERVICE_NUMBER, Exchange, Line

CLIP = ClipKey("of-two-lengths")
SHORT_S, LONG_S = 0.1, 1.5


def write(folder: Path, *, narrow_s: float, wide_s: float) -> None:
    """The clip, so long in each of its files."""
    silence = np.zeros(round(wide_s * clips.WIDE_RATE))
    clips.write(clips.path(folder, CLIP), b"\xd5" * round(narrow_s * clips.RATE))
    clips.write(clips.wide_path(folder, CLIP), wav.written(silence, clips.WIDE_RATE))


async def called_with(codec: str, session: aiohttp.ClientSession, line: Line) -> str:
    """A channel of this codec that has been answered."""
    asked = {"endpoint": f"Local/{SERVICE_NUMBER}@from-trunk", "app": "ivr", "formats": codec}
    async with session.post("channels", params=asked) as made:
        channel = (await made.json())["id"]
    arrived = await line.until(Arrived)
    await line.switch.answer(arrived.channel)
    return str(channel)


async def answered(session: aiohttp.ClientSession, verb: str, path: str, status: int) -> None:
    """Asks until this is what Asterisk answers."""
    async with asyncio.timeout(BOUND_S):
        while True:
            async with session.request(verb, path) as answer:
                if answer.status == status:
                    return
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("codec", ["g722", "alaw"])
async def test_the_file_that_is_nearest_to_the_codec_of_a_call_is_played(
    exchange: Exchange, line: Line, codec: str
) -> None:
    # The right file is the longer one: what is played cannot be over before it is.
    wide = codec == "g722"
    write(
        exchange.asterisk.prompts_dir,
        narrow_s=SHORT_S if wide else LONG_S,
        wide_s=LONG_S if wide else SHORT_S,
    )
    target = exchange.target
    login = {"Authorization": aiohttp.encode_basic_auth(target.user, target.password)}
    async with aiohttp.ClientSession(f"{target.url}/ari/", headers=login) as session:
        channel = await called_with(codec, session, line)
        sound = f"channels/{channel}/play/it?media=sound:{exchange.sound(CLIP)}"
        await answered(session, "POST", sound, 201)
        began = time.monotonic()
        await answered(session, "GET", "playbacks/it", 404)
        assert time.monotonic() - began > LONG_S * 0.8
