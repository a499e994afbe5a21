"""What is heard is what was played, when it was played, and how much of it."""

from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.domain.call import Language
from ivr.phone.hearing import Hearing
from ivr.phone.repertoire import RATE, WINDOW, Repertoire, decoded
from tests.phone.sounds import MUSIC, SOUNDS, noise, silence, sine

OPENING, MIDDLE = noise(50, 0.4), noise(51, 0.3)
ALIKE = {
    "fi/short": OPENING,
    "fi/press_one": OPENING + silence(0.2) + MIDDLE + noise(52, 0.4),
    "fi/press_two": OPENING + silence(0.2) + MIDDLE + noise(53, 0.4),
    "sv/late": noise(54, 0.317) + MIDDLE,
}
REPERTOIRE = Repertoire.of(SOUNDS | MUSIC)
ALIKE_REPERTOIRE = Repertoire.of(SOUNDS | ALIKE)


class Played(NamedTuple):
    gap: int  # samples of silence before it
    clip: str
    length: int | None  # samples after which it is cut off


@st.composite
def played(draw: st.DrawFn) -> Played:
    clip = draw(st.sampled_from(sorted(SOUNDS)))
    sound = decoded(SOUNDS[clip])
    begins = int(np.flatnonzero(np.abs(sound) > 100)[0])
    cuts = st.none() | st.integers(begins + 5 * WINDOW, len(sound) - WINDOW)
    return Played(draw(st.integers(0, RATE)), clip, draw(cuts))


def stream(items: list[Played]) -> bytes:
    return b"".join(silence(item.gap / RATE) + SOUNDS[item.clip][: item.length] for item in items)


def heard_in(sound: bytes, repertoire: Repertoire, sizes: tuple[int, ...] = (WINDOW,)) -> Hearing:
    hearing = Hearing(repertoire)
    pcm, at = decoded(sound), 0
    while at < len(pcm):
        for size in sizes:
            hearing.feed(pcm[at : at + size])
            at += size
    hearing.close()
    return hearing


@settings(max_examples=60, deadline=None)
@given(st.lists(played(), max_size=5), st.lists(st.integers(100, 3000), min_size=1, max_size=4))
def test_every_clip_is_heard_in_order_and_at_its_time_however_it_is_cut_and_comes_in(
    items: list[Played], sizes: list[int]
) -> None:
    hearing = heard_in(stream(items), REPERTOIRE, tuple(sizes))
    assert hearing.clips() == tuple(item.clip for item in items)
    at, pausing = 0, False
    for item, heard in zip(items, hearing.transcript(), strict=True):
        piece = SOUNDS[item.clip][: item.length]
        sound = np.flatnonzero(np.abs(decoded(piece)) > 100)
        # Silence after a cut in a pause of the clip is taken for that pause, also
        # the silence that the next clip begins with.
        began, latest = at + item.gap, at + item.gap + (int(sound[0]) if pausing else 0)
        pausing = SOUNDS[item.clip][len(piece) : len(piece) + 1] == silence(1 / RATE)
        most = len(SOUNDS[item.clip]) if pausing else len(piece) + WINDOW
        assert began <= round(heard.started_at_s * RATE) <= latest
        assert int(sound[-1]) - WINDOW <= heard.seconds_heard * RATE <= most
        at += item.gap + len(piece)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(sorted(SOUNDS | ALIKE)), max_size=8), st.booleans())
def test_clips_that_share_sound_are_told_apart_by_the_rest_of_it(
    clips: list[str], pausing: bool
) -> None:
    pause = silence(0.1 if pausing else 0.0)
    sound = b"".join((SOUNDS | ALIKE)[clip] + pause for clip in clips)
    hearing = heard_in(sound, ALIKE_REPERTOIRE)
    assert hearing.clips() == tuple(clips)
    assert all(heard.complete and heard.over for heard in hearing.transcript())


@pytest.mark.parametrize("clip", sorted(SOUNDS))
@pytest.mark.parametrize("length", [0.4, 0.6, 0.8])
def test_a_clip_that_is_cut_off_is_not_complete(clip: str, length: float) -> None:
    sound = SOUNDS[clip].rstrip(b"\xd5")
    hearing = heard_in(sound[: round(len(sound) * length)] + silence(1.0), REPERTOIRE)
    (heard,) = hearing.transcript()
    assert not heard.complete
    assert heard.over


def test_a_clip_is_told_while_it_goes_on_and_over_when_it_is() -> None:
    hearing = Hearing(REPERTOIRE)
    pcm = decoded(SOUNDS["sv/welcome"])
    (begun,) = hearing.feed(pcm[: RATE // 4])
    assert (begun.clip, begun.language, begun.over) == ("welcome", Language.SV, False)
    assert hearing.feed(pcm[RATE // 4 :]) == ()
    (heard,) = hearing.transcript()
    assert (heard.complete, heard.over, heard.seconds_heard) == (True, True, 1.2)


def test_a_clip_that_may_still_be_one_of_two_is_not_told_yet() -> None:
    hearing = Hearing(ALIKE_REPERTOIRE)
    one = decoded(ALIKE["fi/press_one"])
    assert hearing.feed(one[: round(0.8 * RATE)]) == ()
    (heard,) = hearing.feed(one[round(0.8 * RATE) :])
    assert heard.says("press_one")
    assert heard.started_at_s == 0.0


def test_a_clip_is_decided_and_over_when_no_more_sound_comes_in() -> None:
    hearing = Hearing(ALIKE_REPERTOIRE)
    assert hearing.feed(decoded(ALIKE["fi/short"]), at_s=0.4) == ()
    assert hearing.feed(decoded(b""), at_s=0.6) == ()
    (short,) = hearing.feed(decoded(b""), at_s=0.8)
    assert short.says("short")
    assert short.complete
    hearing.feed(decoded(SOUNDS["sv/welcome"][:4000]), at_s=1.5)
    (_, welcome) = hearing.transcript()
    assert not welcome.over
    hearing.feed(decoded(b""), at_s=2.0)
    (_, welcome) = hearing.transcript()
    assert welcome.over
    assert not welcome.complete
    assert welcome.seconds_heard == 0.5


def test_two_clips_of_the_same_sound_are_one_with_both_names() -> None:
    repertoire = Repertoire.of({"fi/count/4": SOUNDS["fi/digit/4"], **SOUNDS})
    (heard,) = heard_in(SOUNDS["fi/digit/4"], repertoire).transcript()
    assert heard.names == ("fi/digit/4", "fi/count/4")
    assert heard.says("digit/4")
    assert heard.says("fi/count/4")
    assert not heard.says("digit/0")


def test_a_fragment_that_two_prompts_share_is_of_the_prompt_that_was_begun() -> None:
    ending = SOUNDS["fi/number_confirm.1"]
    repertoire = Repertoire.of({"fi/another.1": ending, **SOUNDS})
    begun = SOUNDS["fi/number_confirm.0"] + SOUNDS["fi/digit/4"]
    assert heard_in(begun + ending, repertoire).clips()[-1] == "fi/number_confirm.1"
    assert heard_in(ending, repertoire).clips() == ("fi/another.1",)


def test_the_fragments_of_a_prompt_are_heard_as_that_prompt() -> None:
    clips = ("fi/number_confirm.0", "fi/digit/0", "fi/digit/4", "fi/number_confirm.1")
    hearing = heard_in(b"".join(SOUNDS[clip] for clip in clips), REPERTOIRE)
    first, _, _, last = hearing.transcript()
    assert first.prompt == last.prompt == "number_confirm"
    assert last.says("number_confirm")
    assert last.says("fi/number_confirm.1")
    assert not last.says("sv/number_confirm")


def test_the_same_clip_twice_in_a_row_is_heard_twice() -> None:
    hearing = heard_in(SOUNDS["fi/digit/0"] * 2, REPERTOIRE)
    assert [heard.started_at_s for heard in hearing.transcript()] == [0.0, 0.25]


def test_music_is_heard_once_however_often_it_comes_round_and_again_after_a_prompt() -> None:
    tune = MUSIC["music/hold"]
    sound = tune[9000:] + tune + tune[:5000] + SOUNDS["fi/digit/0"] + tune[5000:]
    hearing = heard_in(sound, REPERTOIRE)
    assert hearing.clips() == ("music", "fi/digit/0", "music")
    first, _, again = hearing.transcript()
    assert first.seconds_heard == (len(tune) * 2 - 4000) / RATE
    assert again.started_at_s == (len(tune) * 2 - 4000) / RATE + 0.25
    assert first.language is None


@pytest.mark.parametrize("hole", [b"", silence(0.02), silence(0.1)])
def test_a_packet_lost_on_the_way_does_not_break_a_prompt_in_two(hole: bytes) -> None:
    sound = SOUNDS["sv/welcome"]
    (heard,) = heard_in(sound[:4000] + hole + sound[4160:], REPERTOIRE).transcript()
    assert heard.complete
    assert heard.seconds_heard == (len(sound) - 160 + len(hole)) / RATE


def test_a_switch_that_stalls_does_not_break_a_prompt_in_two() -> None:
    hearing = Hearing(REPERTOIRE)
    pcm = decoded(SOUNDS["sv/welcome"])
    hearing.feed(pcm[:4000], at_s=0.5)
    hearing.feed(pcm[:0], at_s=2.0)
    (heard,) = hearing.transcript()
    assert heard.over
    hearing.feed(pcm[4000:], at_s=3.7)
    (heard,) = hearing.transcript()
    assert heard.complete
    assert heard.seconds_heard == 3.7


def test_a_packet_missed_at_either_end_leaves_a_prompt_complete() -> None:
    sound = SOUNDS["sv/welcome"]
    (heard,) = heard_in(sound[480:-160] + silence(1.0), REPERTOIRE).transcript()
    assert heard.complete


def test_what_is_in_no_clip_is_not_heard() -> None:
    assert heard_in(noise(99, 3.0) + silence(1.0), REPERTOIRE).clips() == ()


def test_nothing_is_heard_without_a_repertoire() -> None:
    assert heard_in(noise(1, 1.0), Repertoire.of({})).clips() == ()


def test_sound_is_placed_at_the_time_of_its_arrival_and_gaps_are_silence() -> None:
    hearing = Hearing(REPERTOIRE)
    pcm = decoded(SOUNDS["sv/digit/4"])
    hearing.feed(pcm, at_s=2.0)
    hearing.feed(pcm, at_s=2.2)
    hearing.feed(pcm[:0], at_s=3.5)
    first, second = hearing.transcript()
    assert first.started_at_s == pytest.approx(2.0 - 0.133)
    assert second.started_at_s == pytest.approx(2.0)
    gaps = hearing.silences(min_s=1.0)
    assert [start for start, _ in gaps] == pytest.approx([0.0, 2.133], abs=0.03)
    assert [length for _, length in gaps] == pytest.approx([1.867, 1.367], abs=0.03)


def test_silence_that_is_sent_is_silence_too() -> None:
    hearing = heard_in(noise(1, 1.0) + silence(1.0) + noise(1, 1.0), REPERTOIRE)
    assert hearing.silences(min_s=0.5) == ((1.0, 1.0),)


def test_a_tone_is_known_by_its_frequency() -> None:
    hearing = Hearing(REPERTOIRE)
    hearing.feed(sine(440, 0.5))
    assert hearing.tone(440)
    assert not hearing.tone(660)
    hearing.feed(decoded(silence(0.5)))
    assert not hearing.tone(440)


def test_clips_are_read_from_the_folders_of_the_languages_and_of_the_music(
    tmp_path: Path,
) -> None:
    for name, sound in (SOUNDS | MUSIC).items():
        file = tmp_path / f"{name}.alaw"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(sound)
    (tmp_path / "manifest.json").write_text("{}")
    repertoire = Repertoire.load(tmp_path)
    sound = b"".join(SOUNDS.values()) + MUSIC["music/hold"]
    assert heard_in(sound, repertoire).clips() == (*SOUNDS, "music")


def test_transcripts_never_overlap() -> None:
    sound = b"".join(cut for clip in SOUNDS.values() for cut in (clip[:2000], clip))
    spans = [
        (round(heard.started_at_s * RATE), round(heard.seconds_heard * RATE))
        for heard in heard_in(sound, REPERTOIRE).transcript()
    ]
    assert all(sum(first) <= second[0] for first, second in pairwise(spans))
