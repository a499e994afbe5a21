"""Who has picked up when we call: a person who answers us, or a machine that says its piece.

By when they speak and when they are silent; all times are seconds on one clock.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

# Less is a click.
SHORTEST_S = 0.1
# Some answer before our last word is over.
EARLY_S = 0.5
# Who is silent for less has drawn breath, or is a machine that is about to beep.
PAUSE_S = 2.0
# Nobody speaks to a voice that speaks to them for so long without a pause, or for so long in
# all; greetings of machines are seldom shorter.
UNBROKEN_S, IN_ALL_S = 4.0, 6.0
# So long the answer is waited for, from the question or from their last word.
ANSWER_S = 5.0
# Where there is no end of speaking (a television) it is asked again after so long.
LONGEST_S = 20.0


@dataclass(frozen=True, kw_only=True)
class Said:
    """Somebody spoke without a pause that the switch noticed."""

    began: float
    ended: float

    @property
    def lasted(self) -> float:
        """Seconds."""
        return self.ended - self.began


@dataclass(frozen=True, kw_only=True)
class Voice:
    """What was said at the other end so far, in order, and whether somebody speaks now."""

    said: tuple[Said, ...] = ()
    speaking: bool = False

    def begin(self) -> "Voice":
        """Somebody begins to speak."""
        return replace(self, speaking=True)

    def end(self, at: float, lasted: float) -> "Voice":
        """Somebody fell silent at that time, after speaking for so long. A click is nothing."""
        heard = (Said(began=at - lasted, ended=at),) if lasted >= SHORTEST_S else ()
        return Voice(said=self.said + heard)


def answers(voice: Voice, asked: float) -> bool:
    """Whether what was said last answers the question that was over at `asked`.

    Anything said to it does, however long: who had been listening is a person. After a
    machine's piece only what is short, and does not follow so closely that it may be the beep.
    """
    stretches = list(_stretches(voice.said))
    if voice.speaking or not stretches or stretches[-1][-1].began < asked - EARLY_S:
        return False
    *before, last = stretches
    if not any(_is_piece(each, asked) for each in before):
        return not _is_piece(last, asked)
    return not _is_long(last)


def is_machine(voice: Voice, asked: float) -> bool:
    """Whether a machine has said its piece and is silent now.

    To be asked once the time for an answer is over (`listened_until`): a person who had spoken
    at length has been able to answer meanwhile. Asked at `asked`, for the first time.
    """
    return not voice.speaking and any(_is_piece(each, asked) for each in _stretches(voice.said))


def listened_until(voice: Voice, asked: float) -> float:
    """When the time for an answer to the question that was over at `asked` is over."""
    longest = asked + LONGEST_S
    if voice.speaking:
        return longest
    silent_since = max([asked, *(each.ended for each in voice.said)])
    return min(silent_since + ANSWER_S, longest)


def _stretches(said: Sequence[Said]) -> Iterator[tuple[Said, ...]]:
    """What was said, with short pauses joined."""
    stretch: tuple[Said, ...] = ()
    for each in said:
        if stretch and each.began - stretch[-1].ended >= PAUSE_S:
            yield stretch
            stretch = ()
        stretch = (*stretch, each)
    if stretch:
        yield stretch


def _is_piece(stretch: Sequence[Said], asked: float) -> bool:
    """Whether it is a machine's: long, and begun while we spoke, for a machine does not listen."""
    return stretch[0].began < asked - EARLY_S and _is_long(stretch)


def _is_long(stretch: Sequence[Said]) -> bool:
    unbroken = max(each.lasted for each in stretch)
    return unbroken > UNBROKEN_S or sum(each.lasted for each in stretch) > IN_ALL_S
