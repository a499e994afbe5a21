"""What a telephone can do, whoever's it is: dial, be rung, answer, press keys, listen, speak."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ivr.phone.heard import Heard
from ivr.phone.hearing import Hearing
from ivr.phone.repertoire import Pcm
from ivr.phone.wire import SipMessage


class CallState(StrEnum):
    """How far a call has come; `EARLY`: a provisional response with SDP has opened the sound."""

    RINGING = "ringing"
    EARLY = "early"
    ANSWERED = "answered"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a call ended.

    `status` is the SIP status of a call that was never answered, 0 where a BYE
    ended it. `reason` is its reason phrase, or the Reason header (RFC 3326, such
    as `Q.850;cause=16`) of the BYE. `by_us`: this phone ended it.
    """

    status: int
    reason: str
    by_us: bool


class NotInTime(TimeoutError):
    """What was waited for did not happen; the message shows what was heard and sent so far."""


class CallGone(Exception):
    """What was asked of a call comes too late: it has ended."""


class NoService(ConnectionError):
    """The exchange of the other side cannot be reached or refuses the phone."""


Wanted = str | Callable[[Heard], bool]  # a clip, a prompt, either with "fi/" before it; or a test


class PhoneCall(Protocol):
    """One call at one phone. Times are seconds; every wait has a bound and raises NotInTime.

    What needs a call that lasts (`answer`, `reject`, `press`, `hold`, a transfer) raises
    CallGone when the other side has hung up before.
    """

    @property
    def began(self) -> float:
        """When it was dialled or rang: monotonic seconds, the zero of what is heard."""
        ...

    @property
    def number(self) -> str:
        """The number dialled, or the caller's as this phone shows it (user part of From)."""
        ...

    @property
    def display_name(self) -> str:
        """The caller's name as this phone shows it; empty on a call that was dialled."""
        ...

    @property
    def state(self) -> CallState:
        """How far the call has come."""
        ...

    @property
    def ending(self) -> Ending | None:
        """How it ended; None while it lasts."""
        ...

    @property
    def answered_at(self) -> float | None:
        """When the 200 OK to the INVITE was on the wire (monotonic); None before."""
        ...

    @property
    def messages(self) -> Sequence[SipMessage]:
        """Every SIP message of this call so far, in order."""
        ...

    @property
    def pcm(self) -> Pcm:
        """What was received so far; where nothing was, there are zeros."""
        ...

    @property
    def hearing(self) -> Hearing:
        """The prompts recognised in what was received."""
        ...

    async def answer(self) -> None:
        """Answer a call that rings; returns once it is answered on both sides."""
        ...

    async def reject(self) -> None:
        """Refuse a call that rings (486 Busy Here)."""
        ...

    async def hang_up(self) -> None:
        """CANCEL, BYE or refusal, whichever fits; nothing if the call has ended."""
        ...

    async def press(self, keys: str) -> None:
        """Press keys (`0-9*#A-D`), 100 ms each, as RFC 4733 events; also before the answer."""
        ...

    async def hold(self) -> None:
        """Press the hold button: a re-INVITE asks for no more sound; nothing if held already."""
        ...

    async def resume(self) -> None:
        """Take the call off hold; nothing if it is not held."""
        ...

    async def transfer(self, number: str, *, within_s: float = 30.0) -> int:
        """Ask the exchange to connect the other party to a number (REFER, RFC 3515).

        Returns the status that the exchange reports: with 200 this call ends, with
        another it goes on.
        """
        ...

    async def transfer_attended(self, other: "PhoneCall", *, within_s: float = 30.0) -> int:
        """Ask the exchange to connect this call's other party to another call's (RFC 3891).

        Both are calls of this phone and answered. Returns as `transfer`; the exchange
        ends the other call.
        """
        ...

    async def heard(self, wanted: Wanted, *, within_s: float = 20.0, out: bool = False) -> Heard:
        """Wait until a prompt begins (`out`: until it is over), and return it.

        Only what began after the one that the last `heard` returned counts, so
        a second wait for the same prompt waits for its repetition.
        """
        ...

    async def hears_tone(self, hz: float, *, within_s: float = 10.0) -> None:
        """Wait until a tone of this frequency has been received for 0.1 s."""
        ...

    def speak(self, pcm: Pcm) -> None:
        """Send sound, after what is already being sent; silence follows it."""
        ...

    def speak_tone(self, hz: float) -> None:
        """Send a soft tone until the call ends or `hush`."""
        ...

    def hush(self) -> None:
        """Send silence."""
        ...

    async def until(self, condition: Callable[[], bool], what: str, *, within_s: float) -> None:
        """Wait until a condition on this call holds; `what` names it if it never does."""
        ...

    async def answered(self, *, within_s: float = 20.0) -> None:
        """Wait for the 200 OK; NotInTime also when the call ends without it."""
        ...

    async def ended(self, *, within_s: float = 20.0) -> Ending:
        """Wait for the end."""
        ...

    def story(self) -> str:
        """The messages and the prompts of this call in the order of time, for a person to read."""
        ...


class Phone(Protocol):
    """One telephone."""

    @property
    def name(self) -> str:
        """The number or the account it uses."""
        ...

    async def dial(self, number: str, *, headers: Mapping[str, str] | None = None) -> PhoneCall:
        """Call a number; returns when the INVITE is on its way."""
        ...

    async def next_call(self, *, within_s: float = 20.0) -> PhoneCall:
        """The next call that rings here, or that has rung since the last one was taken."""
        ...

    async def unregister(self) -> None:
        """Take the phone off the exchange; nothing if it is not registered."""
        ...


class Telephony(Protocol):
    """All the telephones of one process."""

    async def citizen(self, number: str | None) -> Phone:
        """A phone that calls from this number; None withholds it (RFC 3323, RFC 3325)."""
        ...

    async def counsellor(self, account: str, secret: str) -> Phone:
        """A phone registered by digest. Raises NoService when it is refused."""
        ...
