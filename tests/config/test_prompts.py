"""The texts of a folder lie over the shipped ones, and each is checked where it stands."""

from pathlib import Path

import pytest

from ivr.config import load
from ivr.config.prompts import SHIPPED, load_prompts
from ivr.domain.call import Language
from ivr.domain.prompts import REQUIRED_PROMPTS
from tests.config.conftest import Problems

MENU = {Language.FI: "Paina 1 tai paina 2.", Language.SV: "Tryck 1 eller tryck 2."}


def test_a_folder_without_prompts_speaks_the_shipped_ones(folder: Path) -> None:
    assert load(folder).prompts == load(SHIPPED).prompts


def test_a_folder_may_change_a_single_text(folder: Path) -> None:
    (folder / "prompts.sv.yaml").write_text('goodbye: "Hej då."\n', encoding="utf-8")
    ours, shipped = load(folder).prompts, load(SHIPPED).prompts
    assert ours[Language.SV] == {**shipped[Language.SV], "goodbye": "Hej då."}
    assert ours[Language.FI] == shipped[Language.FI]


def test_a_folder_may_bring_a_menu_of_its_own(folder: Path) -> None:
    for language in Language:
        path = folder / f"prompts.{language}.yaml"
        path.write_text(f'topic_menu_own: "{MENU[language]}"\n', encoding="utf-8")
    lines = folder / "lines.yaml"
    lines.write_text(lines.read_text().replace("topic_menu_2", "topic_menu_own"))
    line = load(folder).line_for("062189400")
    assert line is not None
    assert line.topic_prompt == "topic_menu_own"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("goodbye: 5\n", "1:10: the prompt 'goodbye' must be text in quotes, not the number 5"),
        (
            'goodbye: "Hei {day}."\n',
            "1:10: there is no slot {day} in 'goodbye'; it may hold {region}",
        ),
        ('queue_pos_n: "Monta."\n', "1:14: 'queue_pos_n' must say {count}"),
        ('goodbye: "Hei {day"\n', "1:10: a slot is written like {day}"),
        ('goodbye: ""\n', "1:10: the text is empty"),
        ('Good bye: "Hei."\n', "1:1: 'Good bye' cannot be a name here"),
        ('- "Hei."\n', "1:1: must be lines of 'prompt: text', not a list"),
        ('goodbye: "Hei."\ngoodbye: "Moi."\n', "2:1: the key 'goodbye' is already in line 1"),
    ],
)
def test_a_wrong_text_is_told_with_its_place(
    folder: Path, problems: Problems, text: str, told: str
) -> None:
    (folder / "prompts.fi.yaml").write_text(text, encoding="utf-8")
    (problem,) = problems()
    assert problem.startswith(f"prompts.fi.yaml:{told}")


def test_every_prompt_that_is_missing_in_a_language_is_named(tmp_path: Path) -> None:
    (tmp_path / "prompts.fi.yaml").write_text('welcom: "Tervetuloa."\n', encoding="utf-8")
    spoken = load_prompts(tmp_path, Language.FI, shipped=tmp_path)
    texts = [str(problem.text) for problem in spoken.problems]
    assert len(texts) == len(REQUIRED_PROMPTS)
    assert "the prompt 'welcome' is missing; rename 'welcom' if that is it" in texts
    assert "the prompt 'crisis' is missing; add it with its text" in texts
    assert {(problem.line, problem.column) for problem in spoken.problems} == {(1, 1)}


def test_a_language_without_any_prompts_is_refused(tmp_path: Path) -> None:
    (problem,) = load_prompts(tmp_path, Language.SV, shipped=tmp_path).problems
    assert problem.file == tmp_path / "prompts.sv.yaml"
    assert str(problem.text).startswith("there is no such file")
