"""What the line can do with the servers that it stands on."""

import pytest

from ivr import backing, config
from ivr.cli import main
from ivr.config.message import Message
from ivr.config.prompts import SHIPPED
from ivr.settings import Settings

TRUNK = {"IVR_SIP_TRUNK": "192.0.2.1:5060"}
OTHERS = {"IVR_ARI_URL": "http://192.0.2.2:8088", "IVR_ARI_USER": "a", "IVR_ARI_PASSWORD": "b"}


def dialling(environment: dict[str, str]) -> tuple[set[bool], Message | None]:
    """Whether the lines as shipped call back themselves there, and what is said of it."""
    settings = Settings.from_environment(environment)
    service, doubt = backing.without_trunk(settings, config.load(SHIPPED))
    return {line.callback.dial for line in service.lines}, doubt


@pytest.mark.parametrize("environment", [TRUNK, OTHERS])
def test_with_a_trunk_or_somebody_elses_asterisk_the_lines_as_shipped_call_back_themselves(
    environment: dict[str, str],
) -> None:
    assert dialling(environment) == ({True}, None)


def test_without_a_trunk_no_line_dials_and_that_is_said() -> None:
    assert dialling({}) == ({False}, backing.NO_TRUNK)


def test_the_check_of_the_configuration_tells_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in (*TRUNK, *OTHERS):
        monkeypatch.delenv(name, raising=False)
    main(["--config", str(SHIPPED), "check", "--no-asterisk"])
    assert "IVR_SIP_TRUNK is not set" in capsys.readouterr().out
    monkeypatch.setenv("IVR_SIP_TRUNK", TRUNK["IVR_SIP_TRUNK"])
    main(["--config", str(SHIPPED), "check", "--no-asterisk"])
    assert "nothing is wrong" in capsys.readouterr().out
