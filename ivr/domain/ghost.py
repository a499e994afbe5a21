"""Whether a waiting caller's phone has vanished: its sound had been flowing, and stopped."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ivr.domain.call import Facts

# A phone that speaks sends 20 to 50 packets a second, one whose keys are pressed a few.
STEADY_PACKETS_PER_S = 8.0
# So long in one flow, so that keys pressed in a row are not taken for it. Seconds.
STEADY_S = 3.0

# Ten seconds of sound: who sent as much before the first look has sent sound, not keys.
PLENTY_OF_PACKETS = 500

MOST_BETWEEN_S = 15.0
LEAST_BETWEEN_S = 0.5


@dataclass(frozen=True, kw_only=True)
class Pulse:
    """What is known of the sound received from a phone.

    `at` and `packets` are the latest sample; `alive` the latest at which packets had
    come since the one before; `flowing_since` when the present flow began; `flowed`
    says that there has been a steady flow, so that silence means something.
    """

    at: datetime
    packets: int
    alive: datetime
    flowing_since: datetime | None = None
    flowed: bool = False


def listen(pulse: Pulse | None, now: datetime, packets: int) -> Pulse:
    """The pulse after one more sample: how many packets have been received until now."""
    if pulse is None or packets < pulse.packets:  # a new stream counts from nought
        flowed = packets >= PLENTY_OF_PACKETS or (pulse is not None and pulse.flowed)
        return Pulse(at=now, packets=packets, alive=now, flowed=flowed)
    heard = replace(pulse, at=now, packets=packets)
    if packets > pulse.packets:
        heard = replace(heard, alive=now)
    return _flow(heard, pulse)


def silent_s(pulse: Pulse, now: datetime) -> float:
    """How long the phone has been silent that used to send sound, seconds; 0 if it never did."""
    return (now - pulse.alive).total_seconds() if pulse.flowed else 0.0


def is_ghost(pulse: Pulse, now: datetime, after_s: float) -> bool:
    """Whether the phone is gone: silent for `after_s` seconds (0: never gone) after a flow."""
    return after_s > 0 and silent_s(pulse, now) >= after_s


def next_call(ghost: Facts, vanished: datetime, others: Iterable[Facts]) -> Facts | None:
    """Which of the calls in the line is the one with which a vanished caller has called again.

    One number may be that of a household or a company, with several callers on the line at
    once. So it must have come after the last sound (UTC) of the call whose phone is gone; who
    was there before is somebody else, and so is who has an earlier place. None for a hidden
    number.
    """
    if ghost.caller.hidden or ghost.caller.number is None:
        return None
    again = [
        each
        for each in others
        if each.call_id != ghost.call_id
        and (each.line, each.caller) == (ghost.line, ghost.caller)
        and each.arrived >= vanished
        and (each.joined or each.arrived) >= (ghost.joined or ghost.arrived)
    ]
    return min(again, key=lambda each: (each.arrived, each.call_id), default=None)


def between_samples(after_s: float) -> float:
    """How often to look, seconds.

    The silence is counted from the sample that saw the last packets, up to one
    interval late; and the samples stop while the line speaks. With a sixth, who
    is gone for 60 s is found within 90.
    """
    if after_s <= 0:
        return MOST_BETWEEN_S
    return max(LEAST_BETWEEN_S, min(MOST_BETWEEN_S, after_s / 6))


def _flow(heard: Pulse, before: Pulse) -> Pulse:
    seconds = (heard.at - before.at).total_seconds()
    if seconds <= 0:
        return heard
    if (heard.packets - before.packets) / seconds < STEADY_PACKETS_PER_S:
        return replace(heard, flowing_since=None)
    since = heard.flowing_since or before.at
    long_enough = heard.at - since >= timedelta(seconds=STEADY_S)
    return replace(heard, flowing_since=since, flowed=heard.flowed or long_enough)
