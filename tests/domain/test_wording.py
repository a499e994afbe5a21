"""The words to be read are those that are spoken, numbers apart."""

from dataclasses import replace
from datetime import date, time

import pytest

from ivr.config.prompts import SHIPPED, load_prompts
from ivr.domain.call import Language
from ivr.domain.phrase import Count, Day, Digits, Slot, TimeOfDay, TopicName
from ivr.domain.wording import worded
from tests.fakes.service import FAMILIES, service

TEXTS = {language: load_prompts(SHIPPED, language).texts for language in Language}
SERVICE = replace(service(), prompts=TEXTS)
FI, SV = Language.FI, Language.SV
TODAY = date(2026, 12, 24)


@pytest.mark.parametrize(
    ("language", "prompt", "slots", "text"),
    [
        (FI, "welcome", {}, "Tervetuloa Testialueen sosiaalipalvelujen neuvontaan."),
        (FI, "queue_pos_n", {"count": Count(2)}, "Ennen sinua jonossa on kaksi soittajaa."),
        (
            SV,
            "closed_next",
            {"day": Day(date(2027, 1, 7), TODAY), "time": TimeOfDay(time(9, 30))},
            (
                "Vår telefontjänst är nu stängd. Vi betjänar dig nästa gång torsdagen den sjunde"
                " januari klockan nio och trettio."
            ),
        ),
        (
            FI,
            "number_readback",
            {"number": Digits("+358401234567")},
            (
                "Antamasi numero on 040 123 4567. Jos numero on oikein, paina 1. Jos haluat korjata"
                " sen, paina 2."
            ),
        ),
        (FI, "whisper_sv", {"topic": TopicName(FAMILIES)}, "Ruotsiksi, Families."),
    ],
)
def test_a_prompt_reads_as_it_is_spoken(
    language: Language, prompt: str, slots: dict[str, Slot], text: str
) -> None:
    assert worded(SERVICE, language, prompt, slots) == text


def test_a_slot_that_is_not_given_is_no_text() -> None:
    with pytest.raises(KeyError):
        worded(SERVICE, FI, "closed_next", {})
