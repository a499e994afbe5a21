"""What the prompts say is held against the lines that say it: keys of a menu, and the price."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from ivr.config import Problem, examine, load
from ivr.config.charges import prompts_of_the_cost
from ivr.config.prompts import SHIPPED
from ivr.config.yaml import read
from ivr.domain.alone import greeting
from ivr.domain.service import Charging
from tests.config.conftest import Spoil

MENU = "    topic_prompt: topic_menu_2"


def told(folder: Path) -> tuple[list[str], list[str]]:
    """The mistakes and the doubts, without the folder's path."""
    found = examine(folder)
    return _lines(folder, found.mistakes), _lines(folder, found.doubts)


def _lines(folder: Path, problems: Iterable[Problem]) -> list[str]:
    return [str(each).removeprefix(f"{folder}/") for each in problems]


def say(folder: Path, **texts: str) -> None:
    """Give the folder a text for each language, as `fi_goodbye`."""
    for name, text in texts.items():
        language, _, prompt = name.partition("_")
        with (folder / f"prompts.{language}.yaml").open("a", encoding="utf-8") as file:
            file.write(f'{prompt}: "{text}"\n')


def test_a_topic_whose_key_the_menu_does_not_say_cannot_be_reached(folder: Path) -> None:
    say(folder, sv_topic_menu_2="För barn, tryck 1. För annat, tryck 0.")
    mistakes, _ = told(folder)
    assert mistakes == [
        (
            "lines.yaml:17:24: the menu 'topic_menu_2' in prompts.sv.yaml does not say key 2,"
            " which chooses 'adults'; say it there, or take the topic out of topics"
        )
    ]


def test_a_key_that_the_menu_says_and_that_leads_nowhere_is_told(
    folder: Path, spoil: Spoil
) -> None:
    spoil("lines", MENU, "    topic_prompt: topic_menu")
    mistakes, _ = told(folder)
    assert mistakes == [
        (
            f"lines.yaml:18:19: the menu 'topic_menu' in prompts.{language}.yaml says key 3, which"
            " leads nowhere; take it out of the text, or give that key to a topic of the line"
        )
        for language in ("fi", "sv")
    ]


@pytest.mark.parametrize(
    "menu",
    [
        "Paina 1, jos sinulla on 5-vuotias lapsi. Paina 2, jos haluat kuulla numeron 112.",
        "Valitse numero 1 tai 2.",
        "Jos et tiedä, paina 0. Lapset: näppäile 1. Aikuiset: näppäile 2.",
    ],
)
def test_other_figures_in_a_menu_are_no_keys(folder: Path, menu: str) -> None:
    say(folder, fi_topic_menu_2=menu)
    assert told(folder) == ([], [])


def test_a_menu_in_which_no_key_is_found_is_a_doubt(folder: Path) -> None:
    say(folder, fi_topic_menu_2="Lapset ykkösestä, aikuiset kakkosesta.")
    mistakes, doubts = told(folder)
    assert mistakes == []
    assert doubts == [
        (
            "lines.yaml:18:19: no key is found in the menu 'topic_menu_2' in prompts.fi.yaml, such"
            " as 'paina 1'; check that it says how each topic is chosen"
        )
    ]


def test_a_menu_is_held_against_the_languages_of_its_line_alone(folder: Path, spoil: Spoil) -> None:
    spoil("lines", "    languages: [fi, sv]", "    languages: [fi]")
    say(folder, sv_topic_menu_2="Ingenting.")
    assert told(folder)[0] == []


UNTRUE = [
    (
        "answered",
        ("fi_hold_thanks", "Kiitos. Jonottaminen on maksutonta."),
        "speaks of what is free",
    ),
    ("answered", ("sv_welcome", "Hej. Det kostar dig inget att köa."), "speaks of what is free"),
    ("answered", ("fi_price_waiting", "Et maksa mitään."), "speaks of what is free"),
    ("toll_free", ("fi_free_call", "Maksat puhelusta."), "speaks of a price"),
    ("toll_free", ("sv_hold_thanks", "Tack. Du betalar samtalsavgift."), "speaks of a price"),
    ("early_media", ("fi_queue_next", "Olet seuraava. Puhelu maksaa."), "speaks of a price"),
    ("early_media", ("sv_topic_menu_2", "Tryck 1 eller 2. Det kostar lite."), "speaks of a price"),
]


@pytest.mark.parametrize(("charging", "said", "why"), UNTRUE)
def test_a_prompt_that_says_the_opposite_of_the_charging_is_refused(
    folder: Path, spoil: Spoil, charging: str, said: tuple[str, str], why: str
) -> None:
    prompt, text = said
    spoil("lines", "charging: early_media", f"charging: {charging}")
    say(folder, **{prompt: text})
    language, _, name = prompt.partition("_")
    own = [each for each in told(folder)[0] if each.startswith("lines.yaml:16:15: ")]
    assert [f"{name!r} in prompts.{language}.yaml {why}" in each for each in own] == [True]


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        ("fi_crisis", "Soita numeroon {crisis_number}. Puhelu on maksuton."),
        ("sv_callback_offer", "Vi kan ringa upp dig gratis. Tryck 1."),
        ("fi_closed", "Olemme kiinni. Tämä puhelu on maksuton."),
    ],
)
def test_what_is_free_on_every_line_may_be_said_on_every_line(
    folder: Path, spoil: Spoil, prompt: str, text: str
) -> None:
    spoil("lines", "charging: early_media", "charging: answered")
    say(folder, **{prompt: text})
    assert told(folder)[0] == []


@pytest.mark.parametrize(
    ("charging", "prompt"),
    [
        ("early_media", "fi_free_queue"),
        ("early_media", "sv_free_window_end"),
        ("answered", "sv_price_waiting"),
    ],
)
def test_a_prompt_that_is_there_for_the_price_and_says_none_is_a_doubt(
    folder: Path, spoil: Spoil, charging: str, prompt: str
) -> None:
    spoil("lines", "charging: early_media", f"charging: {charging}")
    say(folder, **{prompt: "Hei."})
    mistakes, doubts = told(folder)
    language, _, name = prompt.partition("_")
    assert mistakes == []
    assert [f"the prompt {name!r} in prompts.{language}.yaml is there" in each for each in doubts] \
        == [True]  # fmt: skip


@pytest.mark.parametrize("charging", list(Charging))
@pytest.mark.parametrize("end", ["callback", "answer"])
def test_the_prompts_of_the_price_are_those_that_a_caller_hears(
    folder: Path, spoil: Spoil, charging: Charging, end: str
) -> None:
    spoil("lines", "charging: toll_free", f"charging: {charging}")
    spoil("lines", "budget_s: 90", f"on_budget_end: {end}")
    node = read(folder / "lines.yaml").root["lines"]["other"]
    heard = set(greeting(load(folder).lines[1])) - {"welcome", "emergency"}
    assert heard == {each for each in prompts_of_the_cost(node) if "window" not in each}


def test_what_is_shipped_says_nothing_untrue() -> None:
    for folder in (SHIPPED, SHIPPED / "examples" / "one-number"):
        assert told(folder) == ([], [])
