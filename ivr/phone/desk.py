"""A counsellor's phone in a terminal: it rings, is answered, and says who is there."""

import asyncio
import contextlib
import math
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from rich.console import Console

from ivr.phone.narration import ToldPrompts, said_end
from ivr.phone.phone import CallGone, CallState, Phone, PhoneCall

_POLL_S = 0.05
_AUTO_S = 1.0
_CONNECTED_S = 0.5  # of sound that is no prompt: the whisper is over and the caller is there
_TONE_HZ = 440.0


class Desk:
    """Takes one call after another at a registered phone."""

    def __init__(
        self, phone: Phone, texts: Mapping[str, str], console: Console, *, auto: bool, tone: bool
    ) -> None:
        self._phone = phone
        self._texts = texts
        self._console = console
        self._auto = auto
        self._tone = tone
        self._typed: asyncio.Queue[str] = asyncio.Queue()

    async def attend(self) -> None:
        """Wait for calls and take them, until cancelled."""
        how = "answers by itself" if self._auto else "Enter answers"
        self._say(f"{self._phone.name} is registered; {how}, h and Enter hangs up, Ctrl-C ends.")
        async with self._keyboard():
            while True:
                await self._take(await self._phone.next_call(within_s=math.inf))

    async def _take(self, call: PhoneCall) -> None:
        self._forget_typing()
        self._console.bell()
        self._say(f"rings: {call.display_name} <{call.number}>")
        with contextlib.suppress(CallGone):  # the caller hung up as we reached for it
            await self._pick_up(call)
        if call.state is CallState.ANSWERED:
            self._say("answered")
            if self._tone:
                call.speak_tone(_TONE_HZ)
            await self._talk(call)
        ending = await call.ended(within_s=5.0)
        self._say(said_end(ending))

    async def _pick_up(self, call: PhoneCall) -> None:
        """Answer or refuse the call, unless the caller gives up first."""
        while call.state is CallState.RINGING:
            typed = self._last_typed()
            if typed == "" or (self._auto and time.monotonic() - call.began > _AUTO_S):
                await call.answer()
            elif typed == "h":
                await call.reject()
            await asyncio.sleep(_POLL_S)

    async def _talk(self, call: PhoneCall) -> None:
        """Say what is heard until one side hangs up."""
        told = ToldPrompts(call, self._texts, lambda _, text: self._say(text))
        connected = False
        while call.state is not CallState.ENDED:
            told.tell()
            if not connected and call.hearing.other_s >= _CONNECTED_S:
                connected = True
                self._say("the caller is connected")
            if self._last_typed() == "h":
                await call.hang_up()
            await asyncio.sleep(_POLL_S)

    def _say(self, text: str) -> None:
        self._console.print(f"{time.strftime('%H:%M:%S')}  ", text, sep="")

    # --- the keyboard ---------------------------------------------------------------

    @asynccontextmanager
    async def _keyboard(self) -> AsyncIterator[None]:
        """Lines typed here go to the desk; without a terminal or a pipe there are none."""
        loop = asyncio.get_running_loop()
        with contextlib.suppress(PermissionError):  # a file or /dev/null: nothing to wait for
            loop.add_reader(sys.stdin.fileno(), self._read_lines)
        try:
            yield
        finally:
            loop.remove_reader(sys.stdin.fileno())

    def _read_lines(self) -> None:
        typed = os.read(sys.stdin.fileno(), 4096)
        if not typed:
            asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        for line in typed.decode(errors="replace").splitlines():
            self._typed.put_nowait(line.strip().lower())

    def _last_typed(self) -> str | None:
        return None if self._typed.empty() else self._typed.get_nowait()

    def _forget_typing(self) -> None:
        while not self._typed.empty():
            self._typed.get_nowait()
