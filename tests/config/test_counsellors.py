"""Who answers is read with numbers, levels and phones, and contradictions are told."""

from pathlib import Path

import pytest

from ivr.config import load
from ivr.domain.call import Language
from ivr.domain.policy import DeskPolicy
from ivr.domain.service import SignsIn
from tests.config.conftest import Problems, Spoil


def test_a_list_of_skills_is_all_of_the_best_level(folder: Path) -> None:
    aino, kurt = load(folder).counsellors
    assert (aino.number, kurt.number) == ("101", "102")
    assert aino.topics == {"families": 1, "adults": 1}
    assert aino.languages == {Language.FI: 1, Language.SV: 1}
    assert (aino.own_language, kurt.own_language) == (Language.FI, Language.SV)
    assert aino.signs_in is SignsIn.WITH_PHONE


def test_skills_may_have_levels(folder: Path, spoil: Spoil) -> None:
    spoil("counsellors", "topics: [families, adults]", "topics: {families: 1, adults: 9}")
    spoil("counsellors", "languages: [fi, sv]", "languages: {sv: 2, fi: 1}")
    spoil("counsellors", "    number: 101", "    number: 101\n    own_language: fi")
    aino = load(folder).counsellors[0]
    assert aino.topics == {"families": 1, "adults": 9}
    assert aino.languages == {Language.FI: 1, Language.SV: 2}
    assert aino.own_language is Language.FI


def test_a_number_keeps_its_zero(folder: Path, spoil: Spoil) -> None:
    spoil("counsellors", "number: 101", "number: 012")
    assert load(folder).counsellors[0].number == "012"


def test_who_has_no_phone_signs_in_with_the_code(folder: Path, spoil: Spoil) -> None:
    spoil("counsellors", "account: c102", "signs_in: with_code")
    spoil("counsellors", "counsellors:", "shared_phones: [c201, c202]\ncounsellors:")
    service = load(folder)
    kurt = service.counsellors[1]
    assert (kurt.account, kurt.signs_in) == (None, SignsIn.WITH_CODE)
    assert service.phones == ("c101", "c201", "c202")


def test_what_holds_for_all_is_read_as_it_is_written(folder: Path, spoil: Spoil) -> None:
    assert load(folder).desk == DeskPolicy()
    spoil("counsellors", "counsellors:",
          "desk: {misses: 3, pin_tries: 1, pin_pause_s: 5}\ncounsellors:")  # fmt: skip
    assert load(folder).desk == DeskPolicy(misses=3, pin_tries=1, pin_pause_s=5)


CONTRADICTIONS: list[tuple[str, str, list[str]]] = [
    ("    number: 101\n", "", [
        ("2:3: the key 'number' is missing: two to five digits, by which the counsellor signs in"
         " and is reached"),
    ]),
    *[
        ("number: 101", f"number: {wrong}", [
            f"7:13: must be a number of two to five digits, such as 101, not {shown}",
        ])
        for wrong, shown in (
            ("1", "the number 1"), ("123456", "the number 123456"), ("-12", "the number -12"),
            ("ab", "the text 'ab'"), ("[101]", "a list"), ("1.5", "the number 1.5"),
            ("true", "true"), ('"１０１"', "the text '１０１'"),
        )
    ],
    ("number: 102", "number: 101", [
        "13:13: the number 101 is 'aino''s already; each counsellor has their own",
    ]),
    ("number: 102", "number: 1011", [
        ("7:13: the number 1011, 'kurt''s, begins with 101; whoever keys that in in a hurry"
         " reaches the wrong one, so change one of the two"),
    ]),
    ("number: 101", "number: 112", [
        "7:13: 112 is the emergency number; give the counsellor another",
    ]),
    ("    account: c102\n", "", [
        ("8:3: the key 'account' is missing: the SIP account of the counsellor's phone;"
         " write it, or signs_in: with_code"),
    ]),
    ("    account: c102", "    signs_in: with_key", [
        "10:15: 'with_key' is not known here; did you mean 'with_code'?",
    ]),
    ("counsellors:", "shared_phones: [c102]\ncounsellors:", [
        "1:17: the account 'c102' is 'kurt''s own; take it away from one",
    ]),
    ("counsellors:", "shared_phones: [c201, c201]\ncounsellors:", [
        "1:23: 'c201' is here twice; write it once",
    ]),
    ("topics: [families, adults]", "topics: {families: 1, adult: 2}", [
        "5:27: there is no topic 'adult' in lines.yaml; did you mean 'adults'?",
    ]),
    ("topics: [families, adults]", "topics: {families: 10, adults: best}", [
        "5:24: must be at most 9, not the number 10",
        "5:36: must be a whole number without quotes, not the text 'best'",
    ]),
    ("topics: [families, adults]", "topics: {}", [
        "5:13: is empty; write at least one entry",
    ]),
    ("topics: [families, adults]", "topics: families", [
        "5:13: must be a list in brackets, such as [a, b], not the text 'families'",
    ]),
    ("languages: [fi, sv]", "languages: {fi: 1, se: 2}", [
        "6:24: 'se' is not known here; write fi or sv",
    ]),
    ("counsellors:", "desk: {misses: 0}\ncounsellors:", [
        "1:16: must be at least 1, not the number 0",
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "told"), CONTRADICTIONS)
def test_a_contradiction_among_counsellors_is_told_where_it_stands(
    spoil: Spoil, problems: Problems, right: str, wrong: str, told: list[str]
) -> None:
    spoil("counsellors", right, wrong)
    assert problems() == [f"counsellors.yaml:{each}" for each in told]


def test_a_number_that_begins_an_outside_number_is_refused(
    spoil: Spoil, problems: Problems
) -> None:
    spoil("counsellors", "number: 101", "number: 0291")
    spoil("lines", 'crisis_number: "112"',
          'crisis_number: "112"\noutside_numbers: ["029 151 2000"]')  # fmt: skip
    assert problems() == [
        (
            "counsellors.yaml:7:13: the number 0291512000, an outside number, begins with 0291;"
            " whoever keys that in in a hurry reaches the wrong one, so change one of the two"
        )
    ]


def test_somebody_must_have_a_phone(spoil: Spoil, problems: Problems) -> None:
    spoil("counsellors", "account: c101", "signs_in: with_code")
    spoil("counsellors", "account: c102", "signs_in: with_code")
    assert problems() == [
        (
            "counsellors.yaml:1:1: nobody has a phone; give the counsellors an account, or write"
            " shared_phones"
        )
    ]
