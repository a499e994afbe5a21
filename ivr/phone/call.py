"""One call on baresip: its state is read off the wire, its sound is read as it comes."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TypeVar

import numpy as np
from baresip import AudioNotActive, AudioRestarted, Call, Event, StackEvent, StaleHandleError

from ivr.phone import course, dtmf, transfer
from ivr.phone.heard import Heard
from ivr.phone.hearing import Hearing
from ivr.phone.phone import CallGone, CallState, Ending, NotInTime, PhoneCall, Wanted
from ivr.phone.repertoire import Pcm, Repertoire
from ivr.phone.story import story
from ivr.phone.voice import Voice
from ivr.phone.wire import SipMessage, sip_uri
from ivr.settings import Address

_POLL_S = 0.02
_NOTICE_S = 1.0
_ENOUGH_BYTES = 32_768
_TRACE_LAG_S = 0.1  # the trace comes by a thread of its own, a little after the stack's event

_Found = TypeVar("_Found")


class BaresipCall:
    """A PhoneCall on baresip. See `ivr.phone.phone.PhoneCall`."""

    def __init__(
        self,
        native: Call,
        *,
        server: Address,
        number: str,
        messages: list[SipMessage],
        repertoire: Repertoire,
    ) -> None:
        self.began = time.monotonic()
        self.messages: Sequence[SipMessage] = messages
        self.hearing = Hearing(repertoire)
        self.native = native
        self._server = server
        self._dialled = number
        self._voice = Voice()
        self._closed: str | None = None
        self._taken = 0
        self._sound_lost = 0
        native.on(self._on_event)

    # --- what is known of it -------------------------------------------------------

    @property
    def number(self) -> str:
        """The number dialled, or the caller's."""
        return self._dialled or (self.messages[0].number if self.messages else "")

    @property
    def display_name(self) -> str:
        """The caller's name; empty on a call that was dialled."""
        return self.messages[0].display_name if self.messages and not self._dialled else ""

    @property
    def state(self) -> CallState:
        """How far the call has come."""
        if self.ending is not None:
            return CallState.ENDED
        if self.answered_at is not None:
            return CallState.ANSWERED
        return CallState.EARLY if course.has_sound(self.messages) else CallState.RINGING

    @property
    def answered_at(self) -> float | None:
        """When the 200 OK to the INVITE was on the wire (monotonic); None before."""
        return course.answered_at(self.messages)

    @property
    def ending(self) -> Ending | None:
        """How it ended; None while it lasts."""
        if self._closed is None:
            return course.ending(self.messages)
        unseen = Ending(status=0, reason=self._closed, by_us=False)
        return course.ending(self.messages) or unseen

    @property
    def pcm(self) -> Pcm:
        """What was received so far."""
        return self.hearing.pcm

    def story(self) -> str:
        """The messages and the prompts in the order of time."""
        lost = f"\n({self._sound_lost} bytes of sound were not read in time)"
        told = story(self.began, self.messages, self.hearing.transcript())
        return told + lost if self._sound_lost else told

    # --- what the caller or the counsellor does ---------------------------------------

    async def answer(self) -> None:
        """Answer a call that rings; returns when the other side has acknowledged it."""
        with _reported_gone():
            await self.native.answer()
        await self.until(self._acknowledged, "an ACK", within_s=10.0)

    async def reject(self) -> None:
        """Refuse a call that rings (486 Busy Here)."""
        with _reported_gone():
            await self.native.reject()

    async def hang_up(self) -> None:
        """End the call; nothing if it has ended."""
        if self._dialled:
            # A CANCEL must wait for a first response (RFC 3261 §9.1); the stack would send none.
            with suppress(NotInTime):
                await self.until(self._noticed, "response", within_s=_NOTICE_S)
        with suppress(StaleHandleError):  # the other side was faster
            await self.native.hangup()

    async def press(self, keys: str) -> None:
        """Press keys, as RFC 4733 events."""
        with _reported_gone():
            await dtmf.press(self.native, keys, lambda: self._voice.silent)

    async def hold(self) -> None:
        """Press the hold button."""
        await transfer.settled(self)
        with _reported_gone():
            await self.native.hold()

    async def resume(self) -> None:
        """Take the call off hold."""
        with _reported_gone():
            await self.native.resume()

    async def transfer(self, number: str, *, within_s: float = 30.0) -> int:
        """Ask the exchange to connect the other party to a number."""
        uri = sip_uri(number, self._server)
        return await self._report(transfer.blind(self.native, uri, within_s=within_s))

    async def transfer_attended(self, other: PhoneCall, *, within_s: float = 30.0) -> int:
        """Ask the exchange to connect the other party to another call's."""
        if not isinstance(other, BaresipCall):
            raise TypeError("both calls must be calls of one phone")
        if other.ending is not None:
            raise CallGone("the other call has ended")
        await transfer.settled(self, other)
        return await self._report(transfer.attended(self.native, other.native, within_s=within_s))

    def speak(self, pcm: Pcm) -> None:
        """Send sound, after what is already being sent."""
        self._voice.say(pcm)

    def speak_tone(self, hz: float) -> None:
        """Send a soft tone until `hush`."""
        self._voice.hum(hz)

    def hush(self) -> None:
        """Send silence."""
        self._voice.hush()

    # --- waiting -----------------------------------------------------------------------

    async def until(self, condition: Callable[[], bool], what: str, *, within_s: float) -> None:
        """Wait until a condition on this call holds."""
        await self._until(lambda: condition() or None, what, within_s)

    async def heard(self, wanted: Wanted, *, within_s: float = 20.0, out: bool = False) -> Heard:
        """Wait until a prompt begins (`out`: until it is over)."""

        def found() -> tuple[int, Heard] | None:
            transcript = list(enumerate(self.hearing.transcript()))[self._taken :]
            fit = (each for each in transcript if _is(each[1], wanted))
            return next((each for each in fit if each[1].over or not out), None)

        place, heard = await self._until(found, f"prompt {wanted}", within_s)
        self._taken = place + 1
        return heard

    async def hears_tone(self, hz: float, *, within_s: float = 10.0) -> None:
        """Wait until a tone of this frequency has been received for 0.1 s."""
        await self.until(lambda: self.hearing.tone(hz), f"tone of {hz:g} Hz", within_s=within_s)

    async def answered(self, *, within_s: float = 20.0) -> None:
        """Wait for the 200 OK."""
        await self.until(lambda: self.answered_at is not None, "answer", within_s=within_s)

    async def ended(self, *, within_s: float = 20.0) -> Ending:
        """Wait for the end."""
        return await self._until(lambda: self.ending, "end", within_s)

    async def _until(self, look: Callable[[], _Found | None], what: str, within_s: float) -> _Found:
        deadline = time.monotonic() + within_s
        while (found := look()) is None:
            if time.monotonic() > deadline:
                raise NotInTime(f"no {what} within {within_s:g} s; so far:\n{self.story()}")
            await asyncio.sleep(_POLL_S)
        return found

    # --- the sound ----------------------------------------------------------------------

    async def carry_sound(self) -> None:
        """Listen and speak until the call has ended."""
        while self._closed is None:
            self._carry()
            await asyncio.sleep(_POLL_S)
        self.hearing.close()

    def _carry(self) -> None:
        audio, received = self.native.audio, b""
        try:
            received = audio.read(_ENOUGH_BYTES)
            self._voice.feed(audio)
            stats = audio.stats()
            self._sound_lost = stats.rx_dropped_bytes + stats.rx_discarded_bytes
        except (AudioNotActive, AudioRestarted):
            received = b""  # no sound yet, or another stream from the next reading on
        at_s = time.monotonic() - self.began
        self.hearing.feed(np.frombuffer(received, np.int16), at_s=at_s)

    def _on_event(self, event: StackEvent) -> None:
        if event.event is Event.CALL_CLOSED:
            text = event.text or ""
            asyncio.get_running_loop().call_later(_TRACE_LAG_S, self._close, text)

    def _close(self, text: str) -> None:
        self._closed = text

    async def _report(self, transferring: Awaitable[int | None]) -> int:
        with _reported_gone():
            status = await transferring
        if status is None:
            raise NotInTime(f"no end of the transfer in time; so far:\n{self.story()}")
        return status

    def _noticed(self) -> bool:
        asked = {0, 401, 407}  # by the second INVITE, with a password, the call begins anew
        return self.ending is not None or any(m.status not in asked for m in self.messages)

    def _acknowledged(self) -> bool:
        return self.ending is not None or any(m.method == "ACK" for m in self.messages)


@contextmanager
def _reported_gone() -> Iterator[None]:
    try:
        yield
    except StaleHandleError as gone:
        raise CallGone("the call has ended") from gone


def _is(heard: Heard, wanted: Wanted) -> bool:
    return heard.says(wanted) if isinstance(wanted, str) else wanted(heard)
