import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.call import Language
from ivr.domain.phrase import PAUSE, ClipId
from ivr.domain.script import Gap, Unspeakable, Words, fragments, in_words, script

FI, SV = Language.FI, Language.SV


def test_a_prompt_without_slots_is_one_clip_of_its_own_name() -> None:
    assert script("queue_next", "Olet jonossa seuraavana.", FI) == (
        _words("queue_next", "Olet jonossa seuraavana."),
    )


def test_slots_part_a_prompt_into_numbered_clips() -> None:
    assert script("queue_pos_n", "Ennen sinua jonossa on {count} soittajaa.", FI) == (
        _words("queue_pos_n.1", "Ennen sinua jonossa on,"),
        Gap("count"),
        _words("queue_pos_n.2", "soittajaa."),
    )


def test_what_is_only_punctuation_is_not_spoken() -> None:
    assert fragments("{topic}, {day} – {time}.") == (Gap("topic"), Gap("day"), Gap("time"))


def test_a_slot_that_ends_a_sentence_is_followed_by_a_pause() -> None:
    assert script("saved", "Soitamme {day}. Voit lopettaa.", FI) == (
        _words("saved.1", "Soitamme,"),
        Gap("day"),
        _words(PAUSE, ""),
        _words("saved.2", "Voit lopettaa."),
    )


@pytest.mark.parametrize("text", ["a {Day} b", "a {day", "day} b", "{}", "{1}", "{day:>2}"])
def test_a_brace_that_encloses_no_slot_is_refused(text: str) -> None:
    with pytest.raises(Unspeakable, match="stray_brace"):
        fragments(text)


@pytest.mark.parametrize("text", ["", "  ", " ... "])
def test_a_text_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(Unspeakable, match="empty"):
        fragments(text)


def test_figures_are_read_as_numbers_and_long_ones_digit_by_digit() -> None:
    assert in_words("Paina 1, 10 tai 21, soita 112.", FI) == (
        "Paina yksi, kymmenen tai kaksikymmentäyksi, soita yksi yksi kaksi."
    )
    assert in_words("Tryck 1. Ring 112.", SV) == "Tryck ett. Ring ett ett två."


@given(st.text(), st.sampled_from(Language))
def test_no_figure_is_left_for_the_voice_to_read_its_own_way(text: str, language: Language) -> None:
    assert not set("0123456789") & set(in_words(text, language))


@given(st.lists(st.one_of(st.just("{day}"), st.text(alphabet="aäb .,!"))))
def test_a_text_loses_nothing_but_punctuation_when_it_is_cut(pieces: list[str]) -> None:
    text = "a" + "".join(pieces)
    rebuilt = "".join("{day}" if isinstance(part, Gap) else part for part in fragments(text))
    assert _letters(rebuilt) == _letters(text)


def _letters(text: str) -> str:
    return text.translate(str.maketrans("", "", " .,!"))


def _words(clip: str, text: str) -> Words:
    return Words(ClipId(clip), text)
