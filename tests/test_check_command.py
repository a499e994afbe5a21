"""`ivr check` tells mistakes and doubts apart, in the administrator's language."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.cli import main
from ivr.config.prompts import SHIPPED
from ivr.embedded import dialplan_check
from ivr.embedded.packages import Root
from ivr.settings import PROJECT_ROOT


@pytest.fixture(autouse=True)
def _with_a_trunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_SIP_TRUNK", "192.0.2.1:5060")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for file in SHIPPED.glob("*.yaml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], folder: Path, *more: str) -> tuple[int, list[str]]:
    code = main(["--config", str(folder), "check", "--no-asterisk", *more])
    out, err = capsys.readouterr()
    assert err == ""
    return code, [line.removeprefix(f"{folder}/") for line in out.splitlines()]


def spoil(file: Path, right: str, wrong: str) -> None:
    text = file.read_text()
    assert right in text
    file.write_text(text.replace(right, wrong, 1))


def test_what_is_right_is_said_to_be_right(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys, folder) == (
        0,
        [
            "note: the dialplan is not loaded into an Asterisk",
            f"{folder}: lines: 3, topics: 3, counsellors: 4; nothing is wrong.",
        ],
    )


def test_mistakes_come_first_then_warnings_and_only_mistakes_fail(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(folder / "schedule.yaml", "exceptions: []",
          "exceptions: [{date: 2000-01-01, closed: yes}]\n"
          '  old: {weekly: {mon: []}, holidays: none}')  # fmt: skip
    code, lines = said(capsys, folder)
    assert (code, [kind(line) for line in lines]) == (0, ["warning", "warning", "note", ""])
    spoil(folder / "counsellors.yaml", "number: 101", "nummer: 101")
    spoil(folder / "prompts.sv.yaml", "goodbye:", "goodby:")
    code, lines = said(capsys, folder)
    assert (code, [kind(line) for line in lines]) == (
        1,
        ["error"] * 3 + ["warning", "note", "note", ""],
    )
    assert lines[-1] == f"{folder}: errors: 3, warnings: 1; it cannot be used."


def kind(line: str) -> str:
    found = re.match(r"(?:[a-z.]+:\d+:\d+: )?(error|warning|note): ", line)
    return found[1] if found else ""


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", [
            "counsellors.yaml:26:5: error: unknown key 'nummer'; did you mean 'number'?",
            ("lines.yaml:81:15: error: 'fre' is not known here; write answered, early_media or"
            " toll_free"),
        ]),
        ("fi", [
            "counsellors.yaml:26:5: virhe: tuntematon kohta 'nummer'; tarkoititko 'number'?",
            ("lines.yaml:81:15: virhe: arvoa 'fre' ei tunneta tässä; kirjoita answered,"
            " early_media tai toll_free"),
        ]),
        ("sv", [
            "counsellors.yaml:26:5: fel: okänd nyckel 'nummer'; menade du 'number'?",
            ("lines.yaml:81:15: fel: 'fre' är inte känt här; skriv answered, early_media eller"
            " toll_free"),
        ]),
    ],
)  # fmt: skip
def test_it_is_said_in_the_language_asked_for(
    folder: Path, capsys: pytest.CaptureFixture[str], language: str, told: list[str]
) -> None:
    spoil(folder / "counsellors.yaml", "    number: 101", "    number: 101\n    nummer: 101")
    spoil(folder / "lines.yaml", "charging: early_media", "charging: fre")
    code, lines = said(capsys, folder, "--lang", language)
    assert code == 1
    assert [re.sub(r":\d+:\d+:", "", line) for line in lines[:2]] == [
        re.sub(r":\d+:\d+:", "", line) for line in told
    ]


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("fi", "Kansiota {} ei ole; anna kansio, jossa on lines.yaml."),
        ("sv", "Mappen {} finns inte; ange mappen där lines.yaml ligger."),
    ],
)
def test_a_folder_that_is_not_there_is_refused_in_that_language(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str, told: str
) -> None:
    nowhere = tmp_path / "nowhere"
    assert said(capsys, nowhere, "--lang", language) == (1, [told.format(nowhere)])


def test_a_language_that_is_not_known_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["check", "--lang", "se"])
    assert "invalid choice: 'se'" in capsys.readouterr().err


def test_where_no_asterisk_is_at_hand_that_is_said_and_no_mistake(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialplan_check, "at_hand", lambda _: None)
    assert main(["--config", str(folder), "check"]) == 0
    assert capsys.readouterr().out.startswith(
        "warning: the dialplan is not loaded into an Asterisk: there is none;"
    )


def test_where_there_is_no_linter_that_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialplan_check, "lints", lambda: False)
    code, lines = said(capsys, folder)
    assert (code, lines[0].partition(",")[0]) == (0, "warning: the dialplan is not linted")


def test_the_asterisk_of_the_host_is_taken_where_none_was_unpacked(tmp_path: Path) -> None:
    host = Root(path=tmp_path)
    assert not host.has("asterisk")
    for file in ("usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", "usr/sbin/asterisk"):
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).touch()
    assert host.has("asterisk")


def test_the_linter_finds_a_mistake_in_the_dialplan_without_any_asterisk(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "dialplan"
    shutil.copytree(PROJECT_ROOT / "dialplan", own)
    spoil(own / "extensions.conf", "Goto(alone,", "Goto(allone,")
    code, lines = said(capsys, folder, "--dialplan", str(own))
    assert code == 1
    assert re.match(
        r"dialplan/extensions\.conf:\d+: error: the linter says: E_DP_GOTO_NOCONTEXT: .*allone",
        lines[0],
    )


@pytest.mark.parametrize(
    ("spoilt", "told"),
    [
        (lambda it: it.unlink() or it.symlink_to("/nowhere"), "cannot be read"),
        (lambda it: shutil.rmtree(it.parent), "holds no Asterisk configuration"),
    ],
)
def test_a_dialplan_that_cannot_be_read_is_refused_in_one_line(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    spoilt: Callable[[Path], object],
    told: str,
) -> None:
    own = tmp_path / "dialplan"
    shutil.copytree(PROJECT_ROOT / "dialplan", own)
    spoilt(own / "extensions.conf")
    code, lines = said(capsys, folder, "--dialplan", str(own))
    assert (code, [told in line for line in lines]) == (1, [True, False, False])
