import numpy as np
import pytest

from ivr.adapters import clips, wav
from ivr.adapters.clips import ClipKey, Flaw
from tests.adapters.voices import Recorded, melody

WELCOME = ClipKey("fi/welcome")


@pytest.mark.parametrize(
    ("content", "flaw"),
    [
        (wav.written(np.clip(melody(amplitude=1.6), -1, 1), 48000), Flaw.CLIPPED),
        (wav.written(melody(amplitude=0.005), 48000), Flaw.QUIET),
    ],
)
def test_a_recording_that_is_clipped_or_too_quiet_is_used_and_named(
    few: Recorded,
    content: bytes,
    flaw: Flaw,
) -> None:
    few.record(content=content)
    assert few.build().unused == []
    (sentence,) = few.wrong()
    assert sentence.startswith(f"fi/welcome is {flaw}: record it again")


def test_a_recording_as_loud_as_can_be_is_not_clipped(
    few: Recorded,
) -> None:
    few.record(content=wav.written(melody(amplitude=1.0), 48000))
    few.build()
    assert few.wrong() == []


def test_a_recording_over_20_seconds_is_too_long(
    few: Recorded,
) -> None:
    few.record(content=wav.written(melody(21, 8000), 8000))
    few.build()
    (sentence,) = few.wrong()
    assert sentence.startswith("fi/welcome is too long: 21 s")


def test_what_is_missing_or_says_another_text_is_named(few: Recorded) -> None:
    clips.path(few.out, WELCOME).unlink()
    assert few.wrong(goodbye="Hei hei.") == [
        "fi/welcome is missing: run `ivr prompts build`",
        "fi/goodbye does not say what the configuration says: run `ivr prompts build`",
    ]


def test_a_recording_said_in_a_hurry_is_doubtful(
    few: Recorded,
) -> None:
    few.record("fi/hold_thanks.wav", wav.written(melody(1), 48000))
    few.build()
    seen = few.inspected()
    mine = [doubt for doubt in seen.doubtful if "fi/hold_thanks" in doubt]
    assert mine == ["fi/hold_thanks is said at 333 words a minute: 110 to 140 are easy to follow"]


def test_what_a_machine_speaks_still_is_listed(
    few: Recorded,
) -> None:
    few.record()
    few.build()
    seen = few.inspected()
    assert len(seen.by_machine) == seen.clips - 1
    assert WELCOME not in seen.by_machine
    assert ClipKey("sv/welcome") in seen.by_machine
