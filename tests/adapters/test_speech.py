from datetime import date, time
from pathlib import Path

import pytest

from ivr.adapters import clips
from ivr.adapters.clips import RATE
from ivr.adapters.speech import Prompts
from ivr.domain.call import Language, TopicId
from ivr.domain.phrase import Count, Day, Digits, TimeOfDay, TopicName
from ivr.errors import Refusal
from ivr.ports import Speech, Utterance
from tests.adapters.voices import service

FI, SV = Language.FI, Language.SV


@pytest.fixture
def built(once: Path) -> Path:
    return once


@pytest.fixture
def speech(built: Path) -> Speech:
    return Prompts.load(built, service())


def played(utterance: Utterance, built: Path) -> list[str]:
    return [str(Path(media).relative_to(built)) for media in utterance.media]


def test_a_prompt_is_one_file_without_its_extension(speech: Speech, built: Path) -> None:
    utterance = speech.utter(SV, "queue_next")
    assert utterance.media == (str(built / "sv/queue_next"),)
    assert utterance.seconds == (built / "sv/queue_next.alaw").stat().st_size / RATE


def test_a_prompt_that_is_recorded_anew_meanwhile_is_as_long_as_it_is_now(out: Path) -> None:
    speech = Prompts.load(out, service())
    before = speech.utter(SV, "queue_next").seconds
    clips.write(out / "sv/queue_next.alaw", bytes(9 * RATE))
    assert speech.utter(SV, "queue_next").seconds == 9
    (out / "sv/queue_next.alaw").unlink()
    assert speech.utter(SV, "queue_next").seconds == before


def test_slots_are_played_between_the_pieces_of_the_text(speech: Speech, built: Path) -> None:
    assert played(speech.utter(FI, "queue_pos_n", count=Count(7)), built) == [
        "fi/queue_pos_n.1", "fi/count/7", "fi/queue_pos_n.2",
    ]  # fmt: skip


def test_an_opening_is_told_with_its_day_and_time(speech: Speech, built: Path) -> None:
    day, at = Day(date(2026, 11, 18), date(2026, 11, 16)), TimeOfDay(time(8, 30))
    assert played(speech.utter(SV, "closed_next", day=day, time=at), built) == [
        "sv/closed_next.1", "sv/weekday/3", "sv/closed_next.2", "sv/hour/8", "sv/minute/30",
    ]  # fmt: skip


def test_a_number_is_read_back_in_groups(speech: Speech, built: Path) -> None:
    utterance = speech.utter(FI, "number_confirm", number=Digits("+358401234567"))
    assert played(utterance, built) == [
        "fi/number_confirm.1",
        "fi/digit/0", "fi/digit/4", "fi/digit/0", "fi/pause",
        "fi/digit/1", "fi/digit/2", "fi/digit/3", "fi/pause",
        "fi/digit/4", "fi/digit/5", "fi/digit/6", "fi/digit_end/7", "fi/pause",
        "fi/number_confirm.2",
    ]  # fmt: skip
    sizes = [Path(f"{media}.alaw").stat().st_size for media in utterance.media]
    assert utterance.seconds == pytest.approx(sum(sizes) / RATE)


def test_a_counsellor_hears_the_callers_language_and_topic(speech: Speech, built: Path) -> None:
    families = TopicName(TopicId("families"))
    assert played(speech.utter(SV, "whisper_sv", topic=families), built) == [
        "sv/whisper_sv.1", "sv/topic/families",
    ]  # fmt: skip


def test_a_slot_that_the_text_does_not_say_is_left_unsaid(speech: Speech, built: Path) -> None:
    assert played(speech.utter(FI, "goodbye", count=Count(2)), built) == ["fi/goodbye"]


def test_an_unknown_prompt_or_a_missing_slot_is_an_error(speech: Speech) -> None:
    with pytest.raises(KeyError, match="no_such_prompt"):
        speech.utter(FI, "no_such_prompt")
    with pytest.raises(KeyError, match="count"):
        speech.utter(FI, "queue_pos_n")


@pytest.mark.parametrize(
    ("clip", "prompt"),
    [("welcome", "welcome"), ("crisis.2", "crisis"), ("digit/4", "digit/4"), ("pause", "pause")],
)
def test_a_missing_clip_is_refused_with_its_file_and_the_cure(
    out: Path, clip: str, prompt: str
) -> None:
    missing = out / f"sv/{clip}.alaw"
    missing.unlink()
    with pytest.raises(Refusal) as refused:
        Prompts.load(out, service())
    assert str(refused.value) == (
        f"the prompt {prompt!r} (sv): {missing} is missing; run `make setup` or `ivr prompts build`"
    )


def test_prompts_that_were_never_built_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="is missing"):
        Prompts.load(tmp_path / "nowhere", service())


def test_a_clip_of_an_older_text_is_refused(built: Path) -> None:
    changed = service({"closed": "Palvelu on suljettu."})
    with pytest.raises(Refusal, match=r"'closed' \(fi\).* does not say what the configuration"):
        Prompts.load(built, changed)
