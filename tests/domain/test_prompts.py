import re
from pathlib import Path

import pytest
import yaml

from ivr.domain.call import Language
from ivr.domain.prompts import REQUIRED_PROMPTS
from ivr.domain.script import FaultKind, Gap, fragments
from ivr.domain.texts import fault

CONFIG = Path(__file__).parents[2] / "config"
TEXTS: dict[Language, dict[str, str]] = {
    language: yaml.safe_load((CONFIG / f"prompts.{language}.yaml").read_text("utf-8"))
    for language in Language
}
EVERY = [(language, prompt) for language in Language for prompt in TEXTS[language]]
PRESS = {Language.FI: "paina", Language.SV: "tryck"}
OR = {Language.FI: "tai", Language.SV: "eller"}  # what does the same


@pytest.mark.parametrize("language", Language)
def test_every_prompt_that_the_line_needs_is_written(language: Language) -> None:
    assert set(REQUIRED_PROMPTS) <= set(TEXTS[language])


def test_both_languages_say_the_same_prompts_with_the_same_slots() -> None:
    assert {p: _slots(t) for p, t in TEXTS[Language.FI].items()} == {
        p: _slots(t) for p, t in TEXTS[Language.SV].items()
    }


@pytest.mark.parametrize(("language", "prompt"), EVERY)
def test_every_text_as_shipped_can_be_spoken(language: Language, prompt: str) -> None:
    assert fault(prompt, TEXTS[language][prompt]) is None


@pytest.mark.parametrize(("language", "prompt"), EVERY)
def test_at_most_two_sentences_stand_before_the_first_choice(
    language: Language, prompt: str
) -> None:
    before, press, _ = TEXTS[language][prompt].lower().partition(PRESS[language])
    assert not press or before.count(". ") <= 2


@pytest.mark.parametrize(("language", "prompt"), EVERY)
def test_what_is_pressed_stands_after_what_it_does(language: Language, prompt: str) -> None:
    sentences = re.split(r"(?<=[.]) ", TEXTS[language][prompt])
    choices = [s for s in sentences if PRESS[language] in s.lower()]
    pressed = rf", {PRESS[language]} [0-9]( {OR[language]} [^0-9]+)?\.$"
    assert all(re.search(pressed, choice) for choice in choices)


@pytest.mark.parametrize("language", Language)
def test_both_languages_press_the_same_keys_for_the_same_things(language: Language) -> None:
    spoken_in_both = set(TEXTS[language]) - {"lang_choice", "lang_retry"}
    for prompt in spoken_in_both:
        assert _keys(TEXTS[language][prompt]) == _keys(TEXTS[Language.FI][prompt])


def test_no_text_promises_free_waiting_but_those_played_only_where_it_is_true() -> None:
    promises = {
        prompt
        for language in Language
        for prompt, text in TEXTS[language].items()
        if re.search("maksut(on|ont|onta)|avgiftsfri|kostar dig inget", text.lower())
    }
    assert promises == {"free_queue", "free_queue_limited", "free_call", "free_window_answer"}


def test_no_text_says_hours_that_only_the_schedule_knows() -> None:
    closed = [p for p in REQUIRED_PROMPTS if p.startswith(("closed", "holiday"))]
    assert not [p for p in closed for texts in TEXTS.values() if re.search("[0-9]", texts[p])]


@pytest.mark.parametrize(
    ("prompt", "text", "kind", "found"),
    [
        ("queue_pos_n", "Ennen sinua on {n} soittajaa.", FaultKind.UNKNOWN_SLOT, "n"),
        ("queue_pos_n", "Ennen sinua on muita.", FaultKind.MISSING_SLOT, "count"),
        ("topic_menu", "Paina {key}.", FaultKind.UNKNOWN_SLOT, "key"),
        ("welcome", "Hei {region", FaultKind.STRAY_BRACE, "Hei {region"),
        ("welcome", "", FaultKind.EMPTY, ""),
    ],
)
def test_what_is_wrong_with_a_text_is_found(
    prompt: str, text: str, kind: FaultKind, found: str
) -> None:
    wrong = fault(prompt, text)
    assert wrong is not None
    assert (wrong.kind, wrong.found) == (kind, found)


def _slots(text: str) -> set[str]:
    return {part.slot for part in fragments(text) if isinstance(part, Gap)}


def _keys(text: str) -> list[str]:
    return re.findall(r"(?:paina|tryck) ([0-9])", text.lower())
