"""Entries that do not fit together are found across lines, schedules and counsellors."""

from pathlib import Path

import pytest

from ivr.config import load
from tests.config.conftest import Problems, Spoil

CONTRADICTIONS: list[tuple[str, str, str, list[str]]] = [
    # lines
    ("lines", "    topics: [families, adults]", "    topics: [familes, adults]", [
        "lines.yaml:17:14: there is no topic 'familes' in lines.yaml; did you mean 'families'?",
    ]),
    ("lines", "    topics: [families, adults]", "    topics: [adults, adults, families]", [
        "lines.yaml:17:22: 'adults' is here twice; write it once",
    ]),
    ("lines", "    languages: [fi, sv]", "    languages: [fi, sv, fi]", [
        "lines.yaml:15:25: 'fi' is here twice; write it once",
    ]),
    ("lines", 'numbers: ["029 151 2360"]', 'numbers: ["029 151 2360", "+358 6 218 9400"]', [
        ("lines.yaml:23:31: the number 062189400 belongs to the line 'main' already;"
         " give it to one line"),
    ]),
    ("lines", "    general_topic: families\n    schedule: office",
     "    general_topic: families\n    schedule: ofice", [
        ("lines.yaml:29:15: there is no schedule 'ofice' in schedule.yaml;"
         " did you mean 'office'?"),
    ]),
    ("lines", "    topic_prompt: topic_menu_2", "    topic_prompt: topic_menu_3", [
        ("lines.yaml:18:19: there is no prompt 'topic_menu_3' in prompts.fi.yaml;"
         " did you mean 'topic_menu_2'? Or write it there."),
        ("lines.yaml:18:19: there is no prompt 'topic_menu_3' in prompts.sv.yaml;"
         " did you mean 'topic_menu_2'? Or write it there."),
    ]),
    ("lines", "    topic_prompt: topic_menu_2\n", "", [
        ("lines.yaml:17:5: 2 topics and no topic_prompt: the caller is never asked;"
         " name the prompt of a menu, or leave one topic"),
    ]),
    # the menu
    ("lines", "    key: 2", "    key: 1", [
        ("lines.yaml:17:24: 'adults' has key 1 in the menu, and so has 'families';"
         " give each topic of a line a key of its own"),
    ]),
    ("lines", "    key: 1", "    key: 0", [
        ("lines.yaml:17:14: 'families' has key 0, which is 'I don't know' and leads to"
         " general_topic; give it a key from 1 to 9"),
    ]),
    ("lines", "    topics: [families, adults]", "    topics: [families]", [
        ("lines.yaml:19:20: the general topic 'adults' is none of the line's topics and has"
         " key 2; add it to topics, or give it key 0 ('I don't know')"),
    ]),
    ("lines", "    general_topic: families", "    general_topic: adults", [
        ("lines.yaml:28:20: without a topic_prompt the only topic is the general one;"
         " write families"),
    ]),
    # counsellors
    ("counsellors", "topics: [families, adults]", "topics: [families, adult]", [
        ("counsellors.yaml:5:24: there is no topic 'adult' in lines.yaml;"
         " did you mean 'adults'?"),
    ]),
    ("counsellors", "account: c102", "account: c101", [
        ("counsellors.yaml:10:14: the account 'c101' is 'aino''s already;"
         " each counsellor has their own"),
    ]),
    ("counsellors", "    topics: [families, adults]\n    languages: [fi, sv]",
     "    topics: [families, adults]\n    languages: [fi]", [
        ("lines.yaml:17:14: no counsellor serves 'families' in Swedish, which the line 'main'"
         " offers; add it to one in counsellors.yaml"),
    ]),
    # schedules
    ("schedule", "      fri:", "      thu-fri:", [
        "schedule.yaml:5:7: thu is in 'mon-thu' and in 'thu-fri'; write each day once",
    ]),
    ("schedule", "      fri:", "      friday:", [
        "schedule.yaml:5:7: 'friday' names no days of the week; did you mean 'fri'? (or mon-fri)",
    ]),
    ("schedule", "      fri:", "      sun-sat:", [
        ("schedule.yaml:5:7: 'sun-sat' is no range of days; write the earlier day first,"
         " like mon-fri"),
    ]),
    ("schedule", '"12:00-15:00"', '"10:30-15:00"', [
        ("schedule.yaml:4:31: '10:30-15:00' overlaps '9:00-11:00'; join the two,"
         " or let one end earlier"),
    ]),
    ("schedule", '["10:00-12:00"]', '["10:00-24:00", "22:00-23:00"]', [
        ("schedule.yaml:8:51: '22:00-23:00' overlaps '10:00-24:00'; join the two,"
         " or let one end earlier"),
    ]),
    ("schedule", '"9:00-14:00"', '"14:00-9:00"', [
        ("schedule.yaml:5:13: '14:00-9:00' ends before it begins; write the earlier time first,"
         " 24:00 last"),
    ]),
    ("schedule", '"9:00-14:00"', '"9:00-9:00"', [
        ("schedule.yaml:5:13: '9:00-9:00' ends before it begins; write the earlier time first,"
         " 24:00 last"),
    ]),
    ("schedule", '"9:00-14:00"', '"9-14"', [
        "schedule.yaml:5:13: '9-14' are no hours; write them like 9:00-15:00",
    ]),
    ("schedule", '"9:00-14:00"', '"9:00-14:60"', [
        ("schedule.yaml:5:13: '9:00-14:60' has a time that no clock shows;"
         " write 0:00 to 24:00"),
    ]),
    ("schedule", "2026-12-31", "2026-12-30", [
        ("schedule.yaml:9:15: the exception 'Training' (2026-12-30) overlaps the exception"
         " 2026-12-30 in line 8; let each date be in one of them"),
    ]),
    ("schedule", "2026-12-31", "31.12.2026", [
        "schedule.yaml:9:15: '31.12.2026' is no date here; write 2026-12-31",
    ]),
    ("schedule", "2026-12-31", "2026-02-29", [
        "schedule.yaml:9:15: there is no day 2026-02-29; check the month and the day",
    ]),
    ("schedule", "2026-12-31", "Christmas", [
        "schedule.yaml:9:15: 'Christmas' is no date; write year-month-day, like 2026-12-24",
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("mistake", "told"), [(case[:3], case[3]) for case in CONTRADICTIONS])
def test_a_contradiction_is_told_where_it_stands(
    spoil: Spoil, problems: Problems, mistake: tuple[str, str, str], told: list[str]
) -> None:
    spoil(*mistake)
    assert problems() == told


def test_a_general_topic_with_key_0_needs_no_place_in_the_menu(spoil: Spoil, folder: Path) -> None:
    spoil("lines", "    key: 2", "    key: 0")
    spoil("lines", "    topics: [families, adults]", "    topics: [families]")
    for name, menu in (("fi", "Paina 1 tai paina 0."), ("sv", "Tryck 1 eller tryck 0.")):
        (folder / f"prompts.{name}.yaml").write_text(f'topic_menu_2: "{menu}"\n')
    line = load(folder).line_for("062189400")
    assert line is not None
    assert (line.topics, line.general_topic) == (("families",), "adults")


def test_a_prompt_that_is_missing_in_one_language_of_its_line_is_told(
    spoil: Spoil, problems: Problems, folder: Path
) -> None:
    spoil("lines", "    topic_prompt: topic_menu_2", "    topic_prompt: topic_menu_own")
    (folder / "prompts.fi.yaml").write_text('topic_menu_own: "Paina 1 tai 2."\n')
    assert problems() == [
        (
            "lines.yaml:18:19: there is no prompt 'topic_menu_own' in prompts.sv.yaml;"
            " did you mean 'topic_menu_2'? Or write it there."
        )
    ]
