"""What is different between two configurations is said in words, each thing once."""

from dataclasses import replace

from ivr.domain.call import Language, LineId
from ivr.domain.changes import changes
from ivr.domain.policy import Routing
from tests.fakes.service import ADULTS, FAMILIES, NEVER, changed, counsellor, service

BEFORE = service(counsellor("anna"), counsellor("bertil"))
FREE = BEFORE.lines[0]


def test_nothing_is_said_of_what_is_the_same() -> None:
    assert changes(BEFORE, service(counsellor("anna"), counsellor("bertil"))) == ()


def test_what_is_new_and_what_is_no_more_is_named() -> None:
    after = replace(
        BEFORE,
        lines=(*BEFORE.lines[1:], replace(FREE, id=LineId("more"))),
        topics={topic: each for topic, each in BEFORE.topics.items() if topic != ADULTS},
        counsellors=(counsellor("anna"), counsellor("cecilia")),
    )
    assert changes(BEFORE, after) == (
        "line free: is no more",
        "line more: is new",
        "topic adults: is no more",
        "counsellor bertil: is no more",
        "counsellor cecilia: is new",
    )


def test_a_value_is_said_with_what_it_was() -> None:
    after = changed(BEFORE, "free", numbers=("0291",), waiting=replace(FREE.waiting, longest_s=900))
    after = replace(after, most_calls=7, outside_numbers=("0401", "0402"))
    was = FREE.waiting.longest_s
    assert changes(BEFORE, after) == (
        "outside_numbers is 0401, 0402, was nothing",
        f"most_calls is 7, was {BEFORE.most_calls}",
        "line free: numbers is 0291, was 0291000001",
        f"line free: waiting.longest_s is 900, was {was}",
    )


def test_hours_skills_and_routing_are_said_so_that_one_sees_what_to_look_at() -> None:
    families = replace(BEFORE.topics[FAMILIES], routing=Routing(wrap_up_s=30))
    renamed = replace(FREE, schedule=NEVER, name={Language.FI: "x", Language.SV: "free"})
    after = replace(
        BEFORE,
        lines=(renamed, *BEFORE.lines[1:]),
        topics={**BEFORE.topics, FAMILIES: families},
        counsellors=(counsellor("anna", FAMILIES), counsellor("bertil")),
    )
    assert changes(BEFORE, after) == (
        "line free: name.fi is x, was free",
        "line free: other opening hours",
        "topic families: routing.wrap_up_s is 30, was 0.0",
        "counsellor anna: topics.disability is nothing, was 1",
        "counsellor anna: topics.adults is nothing, was 1",
    )


def test_prompts_are_named_with_their_language_and_the_order_of_counsellors_counts() -> None:
    before = replace(BEFORE, prompts={Language.FI: {"welcome": "Moi."}, Language.SV: {}})
    after = replace(
        BEFORE,
        prompts={Language.FI: {"welcome": "Hei."}, Language.SV: {}},
        counsellors=(counsellor("bertil"), counsellor("anna")),
    )
    assert changes(before, after) == (
        "counsellors: stand in another order",
        "prompt welcome (fi): says something else",
    )


def test_a_prompt_of_ones_own_is_new_and_then_is_no_more() -> None:
    with_own = replace(
        BEFORE,
        prompts={
            language: {**BEFORE.prompts.get(language, {}), "closed_own": "Hei."}
            for language in Language
        },
    )
    assert changes(BEFORE, with_own) == (
        "prompt closed_own (fi): is new",
        "prompt closed_own (sv): is new",
    )
    assert changes(with_own, BEFORE) == (
        "prompt closed_own (fi): is no more",
        "prompt closed_own (sv): is no more",
    )
