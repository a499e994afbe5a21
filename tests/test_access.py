"""PINs and the desk's token are made once, kept for the owner alone, and never guessed at."""

import json
from pathlib import Path

import pytest

from ivr.access import desk_token, pins
from ivr.domain.call import CounsellorId
from ivr.domain.code import ADMINISTRATORS
from ivr.errors import Refusal
from ivr.settings import Settings
from tests.fakes.service import counsellor, service

ANNA = CounsellorId("anna")
SERVICE = service(counsellor("anna"), counsellor("bertil"))


def settings(state: Path, **environment: str) -> Settings:
    return Settings.from_environment({"IVR_STATE_DIR": str(state), **environment})


def test_pins_are_made_at_the_first_start_and_kept(tmp_path: Path) -> None:
    made = pins(settings(tmp_path), SERVICE)
    assert set(made) == {"anna", "bertil", ADMINISTRATORS}
    assert all(4 <= len(pin) <= 6 and pin.isdecimal() for pin in made.values())
    assert pins(settings(tmp_path), SERVICE) == made
    file = tmp_path / "secrets" / "pins.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_a_new_counsellor_is_added_and_one_who_left_keeps_their_pin(tmp_path: Path) -> None:
    made = pins(settings(tmp_path), SERVICE)
    later = pins(settings(tmp_path), service(counsellor("anna"), counsellor("cecilia")))
    assert later[ANNA] == made[ANNA]
    assert set(later) == {"anna", "cecilia", ADMINISTRATORS}
    held = json.loads((tmp_path / "secrets" / "pins.json").read_text())
    assert set(held) == {"anna", "bertil", "cecilia", ADMINISTRATORS}


def test_a_file_of_ones_own_is_read_and_never_written(tmp_path: Path) -> None:
    own = tmp_path / "own.json"
    own.write_text('{"anna": "1357", "bertil": "246810"}')
    read = pins(settings(tmp_path, IVR_PINS_FILE=str(own)), SERVICE)
    assert read == {"anna": "1357", "bertil": "246810"}
    assert not (tmp_path / "secrets").exists()


def test_the_administrators_have_a_pin_beside_those_of_the_counsellors(tmp_path: Path) -> None:
    made = pins(settings(tmp_path), SERVICE)[ADMINISTRATORS]
    assert len(made) == 6
    assert made.isdecimal()
    assert pins(settings(tmp_path), service(counsellor("cecilia")))[ADMINISTRATORS] == made


@pytest.mark.parametrize(
    ("said", "pin"), [('{"anna": "1357", "*9": "97531"}', "97531"), ('{"anna": "1357"}', None)]
)
def test_a_file_of_ones_own_may_do_without_administrators(
    tmp_path: Path, said: str, pin: str | None
) -> None:
    own = tmp_path / "own.json"
    own.write_text(said)
    read = pins(settings(tmp_path, IVR_PINS_FILE=str(own)), service(counsellor("anna")))
    assert read.get(ADMINISTRATORS) == pin
    assert own.read_text() == said


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"anna": "1357"}', "no PIN for bertil"),
        ('{"anna": "135", "bertil": "246810"}', "PIN of anna must be 4 to 6 digits"),
        ('{"anna": 1357, "bertil": "246810"}', "PIN of anna must be 4 to 6 digits"),
        ('["1357"]', "must be one JSON object"),
        ("anna: 1357", "cannot be read as JSON"),
    ],
)
def test_a_file_that_will_not_do_is_refused_without_showing_a_pin(
    tmp_path: Path, text: str, says: str
) -> None:
    own = tmp_path / "own.json"
    own.write_text(text)
    with pytest.raises(Refusal, match=says) as refused:
        pins(settings(tmp_path, IVR_PINS_FILE=str(own)), SERVICE)
    assert "135" not in str(refused.value)


def test_a_file_that_is_not_there_is_refused_by_the_name_of_its_setting(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"IVR_PINS_FILE: there is no file"):
        settings(tmp_path, IVR_PINS_FILE=str(tmp_path / "nowhere"))


def test_the_token_is_made_once_and_kept_for_the_owner_alone(tmp_path: Path) -> None:
    made = desk_token(settings(tmp_path))
    assert len(made) >= 40
    assert desk_token(settings(tmp_path)) == made
    assert (tmp_path / "secrets" / "desk_token").stat().st_mode & 0o777 == 0o600


def test_a_token_of_ones_own_is_taken_and_no_file_is_written(tmp_path: Path) -> None:
    own = "correct-horse-battery-staple"
    given = settings(tmp_path, IVR_DESK_TOKEN=own)
    assert desk_token(given) == own
    assert own not in repr(given)
    assert not (tmp_path / "secrets").exists()


@pytest.mark.parametrize("token", ["short", "with a space in it, and long", "ä" * 30])
def test_a_token_that_is_too_easy_or_cannot_be_sent_is_refused(tmp_path: Path, token: str) -> None:
    with pytest.raises(Refusal, match="IVR_DESK_TOKEN") as refused:
        settings(tmp_path, IVR_DESK_TOKEN=token)
    assert token not in str(refused.value)
