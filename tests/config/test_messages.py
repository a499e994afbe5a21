"""Administrators are told everything in the language they read, Finnish, Swedish or English."""

import pytest

from ivr.config.message import Tongue, told, translations
from tests.config.messages import has_slots, slots, told_in_code

MESSAGES = told_in_code()
OTHERS = [Tongue.FI, Tongue.SV]


@pytest.mark.parametrize("tongue", OTHERS)
def test_every_message_of_the_code_has_its_words_in_each_language(tongue: Tongue) -> None:
    missing = {
        words: place for words, place in MESSAGES.items() if words not in translations(tongue)
    }
    assert missing == {}


@pytest.mark.parametrize("tongue", OTHERS)
def test_no_words_are_kept_for_a_message_that_is_told_no_more(tongue: Tongue) -> None:
    assert translations(tongue).keys() - MESSAGES.keys() == set()


@pytest.mark.parametrize("tongue", OTHERS)
def test_a_translation_says_the_same_values(tongue: Tongue) -> None:
    values = {words: slots(words) for words in MESSAGES if has_slots(words)}
    assert {words: slots(translations(tongue)[words]) for words in values} == values


@pytest.mark.parametrize("tongue", OTHERS)
def test_a_translation_is_none_of_another_language(tongue: Tongue) -> None:
    same = {words for words, other in translations(tongue).items() if words == other}
    assert same == set()


def test_a_message_within_a_message_is_told_in_the_same_language() -> None:
    message = told(
        "unknown key {key!r}; {cure}", key="nam", cure=told("write {known}", known="name")
    )
    assert message.said(Tongue.FI) == "tuntematon kohta 'nam'; kirjoita name"
    assert message.said(Tongue.SV) == "okänd nyckel 'nam'; skriv name"
    assert message.said(Tongue.EN) == str(message) == "unknown key 'nam'; write name"


def test_what_has_no_translation_is_told_in_english() -> None:
    assert told("nothing of the kind: {it}", it=1).said(Tongue.FI) == "nothing of the kind: 1"
