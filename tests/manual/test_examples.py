"""What the manual shows as an example is what the program makes of it."""

import re
from pathlib import Path

import pytest

from ivr import backing
from ivr.embedded.trunk_config import Carrier, trunk
from ivr.settings import PROJECT_ROOT, Settings

PAGE = (PROJECT_ROOT / "docs" / "trunk.md").read_text()
PASSWORD = "what the operator gave"  # as the page says
# `trunk.conf` tells on which address sound is taken; the manual's host has this one.
SOUND = "media_address=198.51.100.10\nbind_rtp_to_media_address=yes\n"


@pytest.mark.parametrize("heading", ["A trunk known by its address", "A trunk that wants a reg"])
def test_the_settings_of_each_example_make_the_trunk_that_stands_below_them(
    heading: str, tmp_path: Path
):
    section = PAGE.partition(f"## {heading}")[2].partition("\n## ")[0]
    environ = dict(re.findall(r"^    (IVR_\w+)=(.*)$", section, re.MULTILINE))
    if "IVR_SIP_TRUNK_PASSWORD_FILE" in environ:
        file = tmp_path / "trunk-password"
        file.touch(mode=0o600)
        file.write_text(f"{PASSWORD}\n")
        environ["IVR_SIP_TRUNK_PASSWORD_FILE"] = str(file)
    settings = Settings.from_environment(environ)
    carrier = Carrier(
        peers=[peer for peer in backing.peers(settings) if peer != "127.0.0.1"],
        address=settings.sip_trunk,
        login=settings.sip_trunk_login,
        sound=SOUND,
    )

    shown = re.findall(r"```ini\n(.*?)```", section, re.DOTALL)
    assert shown == [trunk(carrier)]
