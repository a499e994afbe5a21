"""How callers wait and are distributed is read as written, and contradictions are told."""

import re
from pathlib import Path

import pytest

from ivr.config import check, load
from ivr.config.prompts import SHIPPED
from ivr.domain.policy import (
    Disposition,
    Distribution,
    Ending,
    OnAbandon,
    OnCutOff,
    Routing,
    WaitingPolicy,
)
from ivr.domain.service import ServiceLine
from tests.config.conftest import Problems, Spoil

KEY_1 = '    key: 1\n    name: {fi: "Perheet", sv: "Familjer"}'
OTHER_WAITS = "      budget_s: 90"
MAIN_SCHEDULE = "    general_topic: adults\n    schedule: office"


@pytest.mark.parametrize("folder", [SHIPPED, SHIPPED / "examples" / "one-number"])
def test_what_is_shipped_is_without_doubt_and_waits_as_it_says(folder: Path) -> None:
    service, doubts = check(folder)
    assert doubts == ()
    assert all(line.waiting == WaitingPolicy() for line in service.lines)
    assert all(line.dispositions == tuple(Disposition) for line in service.lines)
    assert not any(line.urgency_question for line in service.lines)
    assert all(topic.routing.wrap_up_s == 30 for topic in service.topics.values())
    assert service.counsellors[0].number == "101"


def test_routing_is_read_as_it_is_written(folder: Path, spoil: Spoil) -> None:
    spoil("lines", KEY_1, KEY_1 + """
    routing:
      distribution: ring_all
      ring_most: 4
      overflow_after_s: 20
      overflow_topic: adults
      anyone_after_s: 20
      wrap_up_s: 45.5""")  # fmt: skip
    topics = load(folder).topics
    families, adults = topics.values()
    assert families.routing == Routing(
        distribution=Distribution.RING_ALL,
        ring_most=4,
        overflow_after_s=20,
        overflow_topic=adults.id,
        anyone_after_s=20,
        wrap_up_s=45.5,
    )
    assert adults.routing == Routing()


def test_waiting_is_read_as_it_is_written(folder: Path, spoil: Spoil) -> None:
    spoil("lines", OTHER_WAITS, """\
      longest_s: 600
      on_longest: other_topic
      most: 3
      on_full: notice
      nobody_after_s: 0
      on_nobody: keep_callback
      after_closing_min: 0
      on_closing: wait
      other_topic: adults
      rejoin_min: 0
      on_abandon: callback
      on_cut_off: candidate
      ghost_after_s: 4""")  # fmt: skip
    spoil("counsellors", "    languages: [sv]", "    languages: [sv, fi]")
    spoil("lines", "    callback:", "    urgency_question: yes\n    callback:")
    spoil(
        "lines", "    urgency_question", "    dispositions: [resolved, other]\n    urgency_question"
    )
    line = load(folder).lines[1]
    assert line.waiting == WaitingPolicy(
        longest_s=600,
        on_longest=Ending.OTHER_TOPIC,
        most=3,
        on_full=Ending.NOTICE,
        nobody_after_s=0,
        on_nobody=Ending.KEEP_CALLBACK,
        after_closing_min=0,
        on_closing=Ending.WAIT,
        other_topic=line.waiting.other_topic,
        rejoin_min=0,
        on_abandon=OnAbandon.CALLBACK,
        on_cut_off=OnCutOff.CANDIDATE,
        ghost_after_s=4,
    )
    assert line.waiting.other_topic == "adults"
    assert line.urgency_question
    assert line.dispositions == (Disposition.RESOLVED, Disposition.OTHER)


def test_where_callbacks_are_off_what_is_left_out_offers_none(folder: Path, spoil: Spoil) -> None:
    spoil("lines", "enabled: yes", "enabled: no")
    spoil("lines", OTHER_WAITS, "      on_full: wait")
    main, other = load(folder).lines
    assert _endings(other) == (Ending.NOTICE, Ending.WAIT, Ending.NOTICE, Ending.NOTICE)
    assert _endings(main) == (Ending.OFFER_CALLBACK,) * 4


def _endings(line: ServiceLine) -> tuple[Ending, ...]:
    waiting = line.waiting
    return waiting.on_longest, waiting.on_full, waiting.on_nobody, waiting.on_closing


CONTRADICTIONS: list[tuple[str, str, list[str]]] = [
    # endings
    (OTHER_WAITS, "      on_full: other_topic", [
        "31:16: on_full leads to another topic, but there is no other_topic; name it there",
    ]),
    (OTHER_WAITS, "      on_full: other_topic\n      other_topic: families", [
        ("32:20: 'families' is the line's own general topic, where the caller may be waiting"
         " already; name another topic"),
    ]),
    (OTHER_WAITS, "      other_topic: adult", [
        "31:20: there is no topic 'adult' in lines.yaml; did you mean 'adults'?",
    ]),
    (OTHER_WAITS, "      on_nobody: callback", [
        "31:18: 'callback' is not known here; did you mean 'keep_callback'?",
    ]),
    (OTHER_WAITS, "      rejoin_min: 61", [
        "31:19: must be at most 60, not the number 61",
    ]),
    (OTHER_WAITS, "      most: 0", [
        "31:13: must be at least 1, not the number 0",
    ]),
    # routing
    (KEY_1, KEY_1 + "\n    routing: {overflow_after_s: 20, overflow_topic: families}", [
        "7:53: 'families' overflows to itself; name another topic",
    ]),
    (KEY_1, KEY_1 + "\n    routing: {overflow_after_s: 20, overflow_topic: adult}", [
        "7:53: there is no topic 'adult' in lines.yaml; did you mean 'adults'?",
    ]),
    (KEY_1, KEY_1 + "\n    routing: {overflow_after_s: 20}", [
        "7:15: overflow_after_s without overflow_topic; name the topic, too",
    ]),
    (KEY_1, KEY_1 + "\n    routing: {overflow_topic: adults}", [
        "7:15: overflow_topic without overflow_after_s; say after how long",
    ]),
    (KEY_1, KEY_1
     + "\n    routing: {overflow_after_s: 20, overflow_topic: adults, anyone_after_s: 19}", [
        ("7:77: anyone_after_s (19) comes before overflow_after_s (20); write the same or more"),
    ]),
    (KEY_1, KEY_1 + "\n    routing: {distribution: random}", [
        ("7:29: 'random' is not known here; write fewest_calls, in_order, longest_idle or"
         " ring_all"),
    ]),
    # dispositions
    (MAIN_SCHEDULE, MAIN_SCHEDULE + "\n    dispositions: [resolved, other, resolved]", [
        "21:37: 'resolved' is here twice; write it once",
    ]),
    (MAIN_SCHEDULE, MAIN_SCHEDULE + "\n    dispositions: [solved]", [
        "21:20: 'solved' is not known here; did you mean 'resolved'?",
    ]),
    # time
    (MAIN_SCHEDULE, MAIN_SCHEDULE + "\n    waiting: {offer_before_budget_s: 9}", [
        ("21:38: offer_before_budget_s (9) is too short for the callback offer, which takes about"
         " 12 s; write 17 or more"),
    ]),
    # outside numbers
    ('crisis_number: "112"', 'crisis_number: "112"\noutside_numbers: ["029 151 236O"]', [
        ("3:19: '029 151 236O' is no telephone number; write it like 029 151 2360 or"
         " +358 29 151 2360"),
    ]),
    ('crisis_number: "112"', 'crisis_number: "112"\noutside_numbers: ["06 2189400"]', [
        "3:19: 06 2189400 is the line 'main'; calls go there by a topic, so leave it out",
    ]),
    *[
        ('crisis_number: "112"', f'crisis_number: "112"\noutside_numbers: ["{number}"]', [
            (f"3:19: no call may be transferred to {number}: an emergency, premium or other"
             " short number; write a subscriber's number"),
        ])
        for number in ("112", "118", "0600 12345", "+44 900 1234567")
    ],
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "told"), CONTRADICTIONS)
def test_a_contradiction_in_the_lines_is_told_where_it_stands(
    spoil: Spoil, problems: Problems, right: str, wrong: str, told: list[str]
) -> None:
    spoil("lines", right, wrong)
    assert problems() == [f"lines.yaml:{each}" for each in told]


@pytest.mark.parametrize("ending", ["offer_callback", "keep_callback"])
def test_an_ending_that_offers_what_is_off_is_refused(
    spoil: Spoil, problems: Problems, ending: str
) -> None:
    spoil("lines", "enabled: yes", "enabled: no")
    spoil("lines", OTHER_WAITS, f"      on_closing: {ending}")
    assert problems() == [
        (
            "lines.yaml:31:19: callbacks are off, yet on_closing ends in one; write enabled: yes,"
            " or on_closing: notice, other_topic or wait"
        )
    ]


@pytest.mark.parametrize(
    ("key", "value"), [("on_abandon", "callback"), ("on_cut_off", "candidate")]
)
def test_who_hangs_up_or_is_cut_off_is_not_called_back_where_callbacks_are_off(
    spoil: Spoil, problems: Problems, key: str, value: str
) -> None:
    spoil("lines", "enabled: yes", "enabled: no")
    spoil("lines", OTHER_WAITS, f"      {key}: {value}")
    assert problems() == [
        (
            f"lines.yaml:31:19: callbacks are off, yet {key} makes one; write enabled: yes,"
            f" or {key}: nothing"
        )
    ]


def test_another_topic_needs_counsellors_in_every_language_of_the_line(
    spoil: Spoil, problems: Problems
) -> None:
    spoil("lines", OTHER_WAITS, "      on_full: other_topic\n      other_topic: adults")
    spoil("counsellors", "topics: [families, adults]", "topics: [families]")
    spoil("lines", "    languages: [fi, sv]", "    languages: [sv]")
    assert problems() == [
        (
            "lines.yaml:32:20: no counsellor serves 'adults' in Finnish, which the line 'other'"
            " offers; add it to one in counsellors.yaml"
        )
    ]


def test_outside_numbers_are_kept_as_they_are_dialled(folder: Path, spoil: Spoil) -> None:
    spoil(
        "lines",
        'crisis_number: "112"',
        'crisis_number: "112"\noutside_numbers: ["+358 29 151 2000", "116117", "0800 1234"]',
    )
    assert load(folder).outside_numbers == ("0291512000", "116117", "08001234")


def test_how_long_a_call_may_last_outside_is_read_and_is_hours_where_nothing_is_written(
    folder: Path, spoil: Spoil
) -> None:
    assert load(folder).outside_longest_s == 4 * 3600
    spoil("lines", 'crisis_number: "112"', 'crisis_number: "112"\noutside_longest_s: 5400')
    assert load(folder).outside_longest_s == 5400


@pytest.mark.parametrize("wrong", ["0", "1501", "many", "[]"])
def test_how_many_calls_are_taken_in_is_read_within_its_bounds(
    folder: Path, spoil: Spoil, problems: Problems, wrong: str
) -> None:
    assert load(folder).most_calls == 400
    spoil("lines", 'crisis_number: "112"', 'crisis_number: "112"\nmost_calls: 2')
    assert load(folder).most_calls == 2
    spoil("lines", "most_calls: 2", f"most_calls: {wrong}")
    (told,) = problems()
    assert told.startswith("lines.yaml:3:13: must be ")


def test_a_free_wait_that_ends_among_the_questions_is_a_doubt_and_no_mistake(
    folder: Path, spoil: Spoil
) -> None:
    assert check(folder)[1] == ()
    spoil("lines", MAIN_SCHEDULE, MAIN_SCHEDULE + "\n    menu: {retries: 3}")
    (doubt,) = check(folder)[1]
    assert re.fullmatch(
        r".*lines\.yaml:21:5: whoever presses nothing is in the line only after about 1[345]\d s,"
        r" when the free wait \(budget_s 110\) is over; write fewer retries or a shorter timeout_s",
        str(doubt),
    )
    spoil("lines", "{retries: 3}", "{timeout_s: 4, retries: 1}")
    assert check(folder)[1] == ()
    spoil("lines", "retries: 1}", "retries: 1}\n    waiting: {budget_s: 60}")
    assert "lines.yaml:22:15: whoever presses nothing" in str(check(folder)[1][0])


def test_the_question_of_urgency_counts_among_the_questions(folder: Path, spoil: Spoil) -> None:
    assert check(folder)[1] == ()
    spoil("lines", MAIN_SCHEDULE, MAIN_SCHEDULE + "\n    urgency_question: yes")
    assert len(check(folder)[1]) == 1
