"""Every kind of mistake is told with its place, what is wrong and what would be right."""

import pytest

from tests.config.conftest import Problems, Spoil

MISTAKES: list[tuple[str, str, str, list[str]]] = [
    # keys
    ("lines", "    charging: early_media", "    chargin: early_media", [
        ("lines.yaml:11:3: the key 'charging' is missing: what a wait costs the caller: early_media"
        " (nothing before a counsellor answers), toll_free (nothing at all) or answered (as any"
        " call)"),
        "lines.yaml:16:5: unknown key 'chargin'; did you mean 'charging'?",
    ]),
    ("lines", "      budget_s: 90", "      budget_s: 90\n      colour: red", [
        ("lines.yaml:32:7: unknown key 'colour'; write after_closing_min, announce_every_s,"
        " budget_s, ghost_after_s, longest_s, most, nobody_after_s, offer_after_s,"
         " offer_before_budget_s, offer_from_place, on_abandon, on_budget_end, on_closing,"
         " on_cut_off, on_full, on_longest, on_nobody, other_topic, rejoin_min or ring_s"),
    ]),
    ("lines", '    name: {fi: "Perheet", sv: "Familjer"}', '    name: {fi: "Perheet"}', [
        "lines.yaml:6:5: the key 'sv' is missing: the text in Swedish",
    ]),
    ("lines", "    key: 1", "    key: 1\n    key: 3", [
        "lines.yaml:6:5: the key 'key' is already in line 5; keep one of the two",
    ]),
    ("lines", "  other:", "  Other line:", [
        ("lines.yaml:21:3: 'Other line' cannot be a name here; write a-z, 0-9, _ and - only,"
        " at most 32 of them"),
    ]),
    ("schedule", "    weekly:", "    weekly: {}\n    weeky:", [
        "schedule.yaml:3:13: is empty; write at least one entry",
        "schedule.yaml:4:5: unknown key 'weeky'; did you mean 'weekly'?",
    ]),
    # values of another kind: nothing is turned into what it is not
    ("lines", "    key: 1", '    key: "1"', [
        "lines.yaml:5:10: must be a whole number without quotes, not the text '1'",
    ]),
    ("lines", "    key: 1", "    key: true", [
        "lines.yaml:5:10: must be a whole number without quotes, not true",
    ]),
    ("lines", "    key: 1", "    key: 1.0", [
        "lines.yaml:5:10: must be a whole number without quotes, not the number 1.0",
    ]),
    ("lines", "    key: 1", "    key: 12", [
        "lines.yaml:5:10: must be at most 9, not the number 12",
    ]),
    ("lines", "    key: 1", "    key: -1", [
        "lines.yaml:5:10: must be at least 0, not the number -1",
    ]),
    ("lines", "budget_s: 90", "budget_s: 5min", [
        ("lines.yaml:31:17: must be a number without quotes, such as 20 or 7.5,"
        " not the text '5min'"),
    ]),
    ("lines", "budget_s: 90", "budget_s: false", [
        "lines.yaml:31:17: must be a number without quotes, such as 20 or 7.5, not false",
    ]),
    ("lines", "budget_s: 90", "ring_s: 0", [
        "lines.yaml:31:15: must be more than 0, not the number 0",
    ]),
    ("lines", "      enabled: yes", "      enabled: off", [
        "lines.yaml:33:16: must be yes or no, not the text 'off'",
    ]),
    ("lines", "      enabled: yes", "      voice: maybe", [
        "lines.yaml:33:14: must be yes or no, not the text 'maybe'",
    ]),
    ("lines", "      enabled: yes", "      voise: no", [
        "lines.yaml:33:7: unknown key 'voise'; did you mean 'voice'?",
    ]),
    ("lines", 'crisis_number: "112"', "crisis_number: 112", [
        'lines.yaml:2:16: must be text, such as "029 151 2360" (in quotes), not the number 112',
    ]),
    ("lines", "    languages: [fi]", "    languages: fi", [
        "lines.yaml:25:16: must be a list in brackets, such as [a, b], not the text 'fi'",
    ]),
    ("lines", "    languages: [fi]", "    languages: []", [
        "lines.yaml:25:16: is empty; write at least one entry",
    ]),
    ("lines", '    name: {fi: "Toinen", sv: "Andra"}', "    name: Toinen", [
        ("lines.yaml:22:11: must be a section of indented 'key: value' lines,"
        " not the text 'Toinen'"),
    ]),
    ("lines", "      budget_s: 90\n", "", [
        "lines.yaml:30:13: must be a section of indented 'key: value' lines, not nothing",
    ]),
    ("counsellors", 'name: "Aino"', "name:", [
        'counsellors.yaml:3:10: must be text, such as "Lapsiperheet", not nothing',
    ]),
    ("counsellors", 'name: "Aino"', 'name: " "', [
        "counsellors.yaml:3:11: must not be empty; write a text",
    ]),
    ("counsellors", 'name: "Aino"', r'name: "Aino\r\nX: 1"', [
        "counsellors.yaml:3:11: must be one line without control characters; write it in one line",
    ]),
    ("counsellors", 'name: "Aino"', f'name: "{"a" * 121}"', [
        "counsellors.yaml:3:11: is 121 characters long; write at most 120",
    ]),
    ("counsellors", "account: c101", "account: c101@pbx", [
        ("counsellors.yaml:4:14: 'c101@pbx' cannot be a name here; write a-z, 0-9, _ and - only,"
        " at most 32 of them"),
    ]),
    # choices
    ("lines", "charging: toll_free", "charging: tollfree", [
        "lines.yaml:26:15: 'tollfree' is not known here; did you mean 'toll_free'?",
    ]),
    ("lines", "charging: toll_free", "charging: no", [
        "lines.yaml:26:15: 'no' is not known here; write answered, early_media or toll_free",
    ]),
    ("lines", "budget_s: 90", "on_budget_end: anser", [
        "lines.yaml:31:22: 'anser' is not known here; did you mean 'answer'?",
    ]),
    ("lines", "budget_s: 90", "on_abandon: call_back", [
        "lines.yaml:31:19: 'call_back' is not known here; did you mean 'callback'?",
    ]),
    ("lines", "budget_s: 90", "on_abandon: wait", [
        "lines.yaml:31:19: 'wait' is not known here; write callback or nothing",
    ]),
    ("lines", "budget_s: 90", "on_cut_off: callback", [
        "lines.yaml:31:19: 'callback' is not known here; write candidate or nothing",
    ]),
    ("lines", "    languages: [fi]", "    languages: [se]", [
        "lines.yaml:25:17: 'se' is not known here; write fi or sv",
    ]),
    ("schedule", "holidays: finland", "holidays: sweden", [
        "schedule.yaml:6:15: 'sweden' is not known here; write finland or none",
    ]),
    ("lines", 'numbers: ["029 151 2360"]', 'numbers: ["029 151 236O"]', [
        ("lines.yaml:23:15: '029 151 236O' is no telephone number;"
        " write it like 029 151 2360 or +358 29 151 2360"),
    ]),
    ("lines", 'numbers: ["029 151 2360"]', "numbers: [401234567]", [
        ('lines.yaml:23:15: must be text, such as "029 151 2360" (in quotes),'
        " not the number 401234567"),
    ]),
    # policies that contradict themselves
    ("lines", "budget_s: 90", "budget_s: 20", [
        "lines.yaml:31:7: offer_before_budget_s (30) must be less than budget_s (20)",
    ]),
    ("lines", "    languages: [fi, sv]", "    languages: [fi, sv]\n    callback: {enabled: no}", [
        ("lines.yaml:16:15: callbacks are off, yet the waiting ends in one;"
        " write enabled: yes, or on_budget_end: answer or wait"),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("mistake", "told"), [(case[:3], case[3]) for case in MISTAKES])
def test_a_mistake_is_told_with_its_place_and_its_cure(
    spoil: Spoil, problems: Problems, mistake: tuple[str, str, str], told: list[str]
) -> None:
    spoil(*mistake)
    assert problems() == told
