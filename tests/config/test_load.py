"""A folder becomes a service, or every mistake in it is told at once."""

from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.config import ConfigurationError, load
from ivr.config.prompts import SHIPPED
from ivr.domain.call import Language
from ivr.domain.policy import OnBudgetEnd
from ivr.domain.schedule import Hours, Rule, plan
from ivr.domain.service import Charging, Service
from ivr.errors import Refusal
from tests.config.conftest import COUNSELLORS, LINES, SCHEDULE, Problems, Spoil


@pytest.fixture(scope="module")
def shipped() -> Service:
    return load(SHIPPED)


@pytest.fixture(scope="module")
def one_number() -> Service:
    return load(SHIPPED / "examples" / "one-number")


def test_the_shipped_service_has_three_free_bilingual_lines(shipped: Service) -> None:
    assert [line.id for line in shipped.lines] == ["families", "disability", "adults"]
    for line in shipped.lines:
        assert line.languages == (Language.FI, Language.SV)
        assert line.charging is Charging.EARLY_MEDIA
        assert line.topics == (line.general_topic,)
        assert line.topic_prompt is None


def test_the_shipped_lines_are_open_from_nine_to_three_on_weekdays(shipped: Service) -> None:
    schedule = shipped.lines[0].schedule
    nine_to_three = (Hours(opens=time(9), closes=time(15)),)
    week = [plan(schedule, date(2026, 11, 23 + n)).hours for n in range(7)]
    assert week == [nine_to_three] * 5 + [()] * 2


def test_the_example_has_one_number_and_a_menu_with_a_way_out(one_number: Service) -> None:
    (line,) = one_number.lines
    assert line.topic_prompt == "topic_menu_2"
    assert [one_number.topics[topic].key for topic in line.topics] == ["1", "2"]
    assert one_number.topics[line.general_topic].key == "0"
    assert plan(line.schedule, date(2026, 11, 26)).hours[0].closes == time(15)
    assert plan(line.schedule, date(2026, 11, 27)).hours[0].closes == time(14)


@pytest.mark.parametrize(
    ("day", "rule", "finnish", "swedish"),
    [
        (date(2026, 6, 19), Rule.HOLIDAY_EVE, "Juhannusaatto", "Midsommarafton"),
        (date(2026, 12, 24), Rule.HOLIDAY_EVE, "Jouluaatto", "Julafton"),
        (date(2026, 4, 3), Rule.HOLIDAY, "Pitkäperjantai", "Långfredagen"),
        (date(2027, 5, 6), Rule.HOLIDAY, "Helatorstai", "Kristi himmelsfärdsdag"),
        (date(2028, 12, 6), Rule.HOLIDAY, "Itsenäisyyspäivä", "Självständighetsdagen"),
        (date(2100, 1, 6), Rule.HOLIDAY, "Loppiainen", "Trettondag"),
    ],
)
def test_holidays_and_both_eves_close_the_lines(
    shipped: Service, day: date, rule: Rule, finnish: str, swedish: str
) -> None:
    found = plan(shipped.lines[0].schedule, day)
    assert (found.rule, found.hours) == (rule, ())
    assert found.holiday is not None
    assert found.holiday.name == {Language.FI: finnish, Language.SV: swedish}


@pytest.mark.parametrize(
    "dialled", ["0291512360", "+358291512360", "358291512360", "00358291512360"]
)
def test_a_line_is_found_by_any_form_of_its_number(shipped: Service, dialled: str) -> None:
    line = shipped.line_for(dialled)
    assert line is not None
    assert line.id == "families"


@pytest.mark.parametrize("dialled", ["", "s", "112", "0291512369", "anonymous", "0" * 1000])
def test_a_number_of_nobody_has_no_line(shipped: Service, dialled: str) -> None:
    assert shipped.line_for(dialled) is None


def test_what_is_written_is_what_the_line_runs_by(folder: Path, spoil: Spoil) -> None:
    spoil("lines", "budget_s: 90", "budget_s: 90.5\n      on_budget_end: wait")
    spoil("lines", "      enabled: yes", "      enabled: no\n      last_for_today_min: 0")
    spoil("schedule", "holidays: finland", "holidays: none")
    line = load(folder).lines[1]
    assert (line.waiting.budget_s, line.waiting.on_budget_end) == (90.5, OnBudgetEnd.WAIT)
    assert (line.callback.enabled, line.callback.last_for_today_min) == (False, 0)
    assert line.schedule.holidays == {}
    assert line.schedule.exceptions[date(2026, 12, 31)].reason == "Training"
    assert line.schedule.weekly[3] == (
        Hours(opens=time(9), closes=time(11)),
        Hours(opens=time(12), closes=time(15)),
    )


def test_a_folder_that_is_not_there_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"^There is no folder .*nowhere; name the folder that holds"):
        load(tmp_path / "nowhere")


def test_ten_mistakes_in_one_file_are_told_in_one_go(spoil: Spoil, problems: Problems) -> None:
    spoil("lines", 'crisis_number: "112"', "crisis_number: 112")
    spoil("lines", "    key: 1", '    key: "1"')
    spoil("lines", '    name: {fi: "Aikuiset", sv: "Vuxna"}', '    name: {fi: "Aikuiset"}')
    spoil("lines", '    numbers: ["029 151 2360"]', '    numbers: ["06 218 9400"]')
    spoil("lines", "charging: toll_free", "charging: free")
    spoil("lines", "    topics: [families]", "    topics: [familes]")
    spoil("lines", "    general_topic: families", "    general_topic: families\n    colour: red")
    spoil("lines", "topic_prompt: topic_menu_2", "topic_prompt: 2")
    spoil("lines", "    languages: [fi, sv]", "    languages: [fi, fi]")
    spoil("lines", "      budget_s: 90", "      budget_s: 90\n      budget_s: 91")
    told = problems()
    assert [line.split(": ")[0] for line in told] == [
        "lines.yaml:2:16",
        "lines.yaml:5:10",
        "lines.yaml:9:5",
        "lines.yaml:15:21",
        "lines.yaml:18:19",
        "lines.yaml:23:15",
        "lines.yaml:26:15",
        "lines.yaml:27:14",
        "lines.yaml:29:5",
        "lines.yaml:33:7",
    ]


def test_mistakes_of_all_files_are_told_together(
    folder: Path, spoil: Spoil, problems: Problems
) -> None:
    spoil("lines", "budget_s: 90", "budget_s: soon")
    spoil("schedule", "    holidays:", "   holidays:")
    spoil("counsellors", "languages: [sv]", "languages: [svenska]")
    (folder / "prompts.fi.yaml").write_text("goodbye: 5\n")
    (folder / "prompts.sv.yaml").write_text("goodbye: [\n")
    assert [line.partition(":")[0] for line in problems()] == [
        "counsellors.yaml",
        "lines.yaml",
        "prompts.fi.yaml",
        "prompts.sv.yaml",
        "schedule.yaml",
    ]


def test_a_file_that_cannot_be_read_casts_no_blame_on_the_others(
    folder: Path, problems: Problems
) -> None:
    (folder / "schedule.yaml").unlink()
    (folder / "counsellors.yaml").write_text("counsellors:\n@\n")
    assert [line.split(": ")[0] for line in problems()] == [
        "counsellors.yaml:2:1",
        "schedule.yaml:1:1",
    ]


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_a_value_is_replaced_by_the_answer_is_plain_words(
    folder: Path, data: st.DataObject
) -> None:
    files = {"lines": LINES, "schedule": SCHEDULE, "counsellors": COUNSELLORS}
    name = data.draw(st.sampled_from(sorted(files)))
    lines = files[name].splitlines()
    row = data.draw(st.integers(0, len(lines) - 1))
    key, colon, _ = lines[row].partition(":")
    words = ["", "no", "5", "-1", "5.5", "true", "[]", "{}", "[a, 1]", "{a: 1}", '"9:00"', "[[]]"]
    lines[row] = key + colon + " " + data.draw(st.sampled_from(words))
    for file, text in files.items():
        (folder / f"{file}.yaml").write_text("\n".join(lines) if file == name else text)
    told = mistakes(folder)
    for jargon in ("Input should", "valid", "NoneType", "dict", "pydantic"):
        assert jargon not in told


def mistakes(folder: Path) -> str:
    try:
        load(folder)
    except ConfigurationError as refusal:
        return str(refusal)
    return ""
