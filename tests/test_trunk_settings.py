"""What the environment says of the carrier, and how what is wrong in it is refused."""

from pathlib import Path

import pytest

from ivr.errors import Refusal
from ivr.settings import Settings

TRUNK = {"IVR_SIP_TRUNK": "192.0.2.1:5060"}
ACCOUNT = {**TRUNK, "IVR_SIP_TRUNK_USER": "kunta", "IVR_SIP_TRUNK_PASSWORD": "hunter2"}


def _file(folder: Path, text: str, mode: int = 0o600) -> str:
    file = folder / "trunk-password"
    file.write_text(text)
    file.chmod(mode)
    return str(file)


def test_the_carriers_networks_stand_in_a_list():
    named = {"IVR_SIP_TRUNK_PEERS": "192.0.2.0/28, 198.51.100.7 2001:db8::/64"}

    peers = Settings.from_environment(named).sip_trunk_peers

    assert peers == ("192.0.2.0/28", "198.51.100.7", "2001:db8::/64")


@pytest.mark.parametrize("written", ["operator.example", "192.0.2.1/28", "0.0.0.0/0", "::/0"])
def test_what_is_no_network_of_a_carrier_is_refused(written: str):
    with pytest.raises(Refusal, match=r"^IVR_SIP_TRUNK_PEERS: "):
        Settings.from_environment({"IVR_SIP_TRUNK_PEERS": written})


def test_the_line_registers_only_where_an_account_is_named():
    assert Settings.from_environment(TRUNK).sip_trunk_login is None
    login = Settings.from_environment(ACCOUNT).sip_trunk_login

    assert login is not None
    assert (login.user, login.password, login.domain) == ("kunta", "hunter2", None)
    assert "hunter2" not in repr(Settings.from_environment(ACCOUNT))


def test_the_password_may_stand_in_a_file_of_its_own(tmp_path: Path):
    given = {**ACCOUNT, "IVR_SIP_TRUNK_DOMAIN": "sip.operator.example"}
    del given["IVR_SIP_TRUNK_PASSWORD"]
    given["IVR_SIP_TRUNK_PASSWORD_FILE"] = _file(tmp_path, "hunter2\n")

    login = Settings.from_environment(given).sip_trunk_login

    assert login is not None
    assert (login.password, login.domain) == ("hunter2", "sip.operator.example")


@pytest.mark.parametrize(
    ("text", "mode", "why"),
    [
        ("hunter2", 0o644, "anybody can read .*; chmod 600 it"),
        ("", 0o600, "a password is printable"),
        ("hunter2\nhunter3", 0o600, "in one line"),
        (" hunter2", 0o600, "without spaces"),
    ],
)
def test_a_file_that_holds_no_password_or_shows_it_is_refused(
    text: str, mode: int, why: str, tmp_path: Path
):
    given = {**TRUNK, "IVR_SIP_TRUNK_USER": "kunta"}
    given["IVR_SIP_TRUNK_PASSWORD_FILE"] = _file(tmp_path, text, mode)

    with pytest.raises(Refusal, match=f"^IVR_SIP_TRUNK_PASSWORD_FILE: .*{why}") as refused:
        Settings.from_environment(given)
    assert "hunter" not in str(refused.value)


def test_a_file_that_is_not_there_or_is_no_text_is_refused(tmp_path: Path):
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")
    binary.chmod(0o600)
    given = {**TRUNK, "IVR_SIP_TRUNK_USER": "kunta"}

    for file, why in ((tmp_path / "nowhere", "No such file"), (binary, "it is no text")):
        with pytest.raises(Refusal, match=f"cannot be read .*{why}"):
            Settings.from_environment({**given, "IVR_SIP_TRUNK_PASSWORD_FILE": str(file)})


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"IVR_SIP_TRUNK": ""}, "^IVR_SIP_TRUNK is not set"),
        ({"IVR_SIP_TRUNK_USER": ""}, "^IVR_SIP_TRUNK_USER is not set"),
        ({"IVR_SIP_TRUNK_PASSWORD": ""}, "set IVR_SIP_TRUNK_PASSWORD_FILE"),
        ({"IVR_SIP_TRUNK_PASSWORD_FILE": "/nowhere"}, "both set"),
        ({"IVR_SIP_TRUNK_USER": "kunta@operator.example"}, "^IVR_SIP_TRUNK_USER: "),
        ({"IVR_SIP_TRUNK_USER": "kunta\npassword=x"}, "^IVR_SIP_TRUNK_USER: "),
        ({"IVR_SIP_TRUNK_DOMAIN": "operator"}, "^IVR_SIP_TRUNK_DOMAIN: "),
        ({"IVR_SIP_TRUNK_DOMAIN": "sip.example;lr"}, "^IVR_SIP_TRUNK_DOMAIN: "),
    ],
)
def test_half_an_account_or_a_strange_one_is_refused(changed: dict[str, str], named: str):
    with pytest.raises(Refusal, match=named) as refused:
        Settings.from_environment({**ACCOUNT, **changed})
    assert "hunter2" not in str(refused.value)
