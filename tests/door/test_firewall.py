"""The host's firewall rules (host/nftables.conf), loaded in a network of their own."""

import json
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.embedded.packages import Root
from ivr.settings import PROJECT_ROOT, Address
from tests.door import behind_nftables as behind
from tests.door.conftest import Door

pytestmark = pytest.mark.xdist_group("door")

ALONE = ("unshare", "--net", "--map-root-user")


def _rules(folder: Path) -> Path:
    """What is shipped, with the loopback's addresses in the place of the examples."""
    text = (PROJECT_ROOT / "host" / "nftables.conf").read_text()
    for shipped, here in (
        ("192.0.2.0/28", behind.TRUNK),
        ("198.51.100.0/24", f"{behind.PHONE}, {behind.GUESSER}"),
    ):
        assert shipped in text
        text = text.replace(shipped, here)
    rules = folder / "nftables.conf"
    rules.write_text(text)
    return rules


@pytest.mark.skipif(
    subprocess.run([*ALONE, "true"], check=False, capture_output=True).returncode != 0,
    reason="this host lets nobody make a network of their own",
)
def test_behind_the_firewall_a_stranger_gets_no_answer_and_a_guesser_few(
    door: Door, programs: Root, tmp_path: Path
) -> None:
    asterisk = replace(
        door.asterisk,
        state_dir=tmp_path / "state",
        sip=Address(host="127.0.0.1", port=5060),  # as the rules have it
        tls=None,
    )
    told = subprocess.run(
        [*ALONE, sys.executable, "-m", behind.__name__],
        input=pickle.dumps((asterisk, programs, _rules(tmp_path))),
        cwd=PROJECT_ROOT,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert told.returncode == 0, told.stderr.decode()
    seen = json.loads(told.stdout)
    assert seen["before"] == [200, 401, 401, 401]
    assert seen["stranger"] == 0
    assert seen["guesser"] < behind.MANY / 2
    assert seen["others"] == [200, 401]
