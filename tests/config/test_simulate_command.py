"""`ivr simulate` prints what a caller hears and where the keys lead, in plain words."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from ivr.cli import main
from ivr.domain.call import Language

Out = pytest.CaptureFixture[str]
OPEN, CLOSED = "2026-11-26 10:00", "2026-12-24 10:00"
BEGINNING = """\
main (Neuvonta / Rådgivning)
Thursday 26.11.2026 at 10:00: OPEN
all counsellors are in other calls, and nobody else calls
the prompts are not built, and their lengths are estimated: `ivr prompts build`

   0:00  scene       language
   0:00  hears       lang_choice (fi)
         fi  Palvelu suomeksi, paina 1.
         sv  För service på svenska, tryck 2.
   0:01  presses     2
   0:01  scene       notices  (language sv)
   0:01  hears       welcome (sv)
         sv  Välkommen till socialservicens rådgivning vid Området.
         fi  Tervetuloa Alueen sosiaalipalvelujen neuvontaan.
"""
ADULTS = """\
   0:14  presses     2
   0:14  scene       waiting  (topic adults)
   0:14  joined      0 ahead
   0:14  hears       queue_next (sv)
"""
EVE = """\
   0:00  scene       closed
   0:00  hears       holiday_eve (fi)
         fi  Puhelinpalvelumme on tänään suljettu. Palvelemme seuraavan kerran maanantaina kello yhdeksän.
         sv  Vår telefontjänst är stängd i dag. Vi betjänar dig nästa gång på måndag klockan nio.
"""  # noqa: E501  what is printed has lines as long as its texts


@pytest.fixture(autouse=True)
def nothing_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The lengths of the prompts are estimated, the same everywhere; logging is as it was after."""
    monkeypatch.setenv("IVR_STATE_DIR", str(tmp_path / "var"))
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()


def said(folder: Path, capsys: Out, *arguments: str) -> str:
    """All that the command prints."""
    assert main(["--config", str(folder), "simulate", *arguments]) == 0
    return capsys.readouterr().out


def test_every_prompt_is_told_with_its_id_and_its_text_in_both_languages(
    folder: Path, capsys: Out
) -> None:
    told = said(folder, capsys, "main", "--at", OPEN, "--keys", "2 2")
    assert told.startswith(BEGINNING)
    assert ADULTS in told
    assert told.splitlines()[-1].split()[1:] == ["finished", "callback"]


def test_an_eve_is_told_as_the_line_tells_it(folder: Path, capsys: Out) -> None:
    told = said(folder, capsys, "0291512360", "--at", CLOSED, "--lang", "both")
    assert "other (Toinen)\nThursday 24.12.2026 at 10:00: CLOSED\n" in told
    assert EVE.splitlines()[2] in told
    assert said(folder, capsys, "06 218 9400", "--at", CLOSED).count(EVE) == 1


def test_one_language_may_be_enough(folder: Path, capsys: Out) -> None:
    told = said(folder, capsys, "main", "--at", OPEN, "--keys", "2 2", "--lang", "sv")
    assert "tryck 2." in told
    texts = [line.split()[0] for line in told.splitlines() if line.startswith(" " * 9)]
    # What is heard in Finnish is told in it: nothing else was heard.
    assert texts.count(Language.FI) == 2
    assert "Tervetuloa" not in told


def test_a_counsellor_who_is_free_answers_and_hears_who_calls(folder: Path, capsys: Out) -> None:
    told = said(folder, capsys, "main", "--at", OPEN, "--keys", "1 1", "--counsellors", "free")
    assert "  ringing     aino\n" in told
    assert "  counsellor  whisper_fi (fi)\n         fi  Suomeksi, Perheet.\n" in told
    assert told.splitlines()[-1].split()[1:] == ["finished", "served"]


def test_announcements_that_come_again_are_told_once(folder: Path, capsys: Out) -> None:
    told = said(folder, capsys, "other", "--at", OPEN, "--wait", "600").splitlines()
    (again,) = [line for line in told if "times more" in line]
    assert again.split(maxsplit=2)[1:] == [
        "hears",
        "queue_next, hold_thanks: 5 times more, the last time now",
    ]
    assert told[-2].split(maxsplit=1) == ["10:00", "hangs up"]


def test_keys_that_no_question_takes_are_told(folder: Path, capsys: Out) -> None:
    told = said(folder, capsys, "main", "--at", CLOSED, "--keys", "1 2")
    assert told.splitlines()[-1].split(maxsplit=1)[1] == "not asked   for 1 2"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["xyz"], "There is no line 'xyz' in lines.yaml; write main or other"),
        (["main", "--at", "noon"], "'noon' is no time; write year-month-day and the time"),
        (["main", "--from", "home"], "'home' is no number to call from: write +358…, or anonymous"),
    ],
)
def test_what_cannot_be_simulated_is_refused_in_one_line(
    folder: Path, capsys: Out, arguments: list[str], told: str
) -> None:
    assert main(["--config", str(folder), "simulate", *arguments]) == 1
    refusal = capsys.readouterr().err
    assert refusal.startswith(told)
    assert refusal.count("\n") == 1


def test_a_question_put_again_is_told_once_with_how_often(folder: Path, capsys: Out) -> None:
    told = said(folder, capsys, "main", "--at", OPEN)
    assert "  hears       lang_no_input, lang_retry: once more\n" in told
