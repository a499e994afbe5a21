"""`python -m ivr.embedded setup|stop`: fetch what the embedded servers are made of, or end them."""

import argparse
import sys

from ivr.embedded.asterisk import EmbeddedAsterisk
from ivr.embedded.packages import ensure, installed
from ivr.embedded.postgres import EmbeddedPostgres
from ivr.errors import Refusal
from ivr.settings import PROJECT_ROOT, Settings


def main() -> int:
    """Do one of the two; 1 and one line if that cannot be done."""
    parser = argparse.ArgumentParser(prog="python -m ivr.embedded")
    parser.add_argument("what", choices=["setup", "stop"])
    stopping = parser.parse_args().what == "stop"
    try:
        settings = Settings.from_environment()
        if stopping:
            _stop(settings)
        else:
            ensure(settings.packages_dir, mirror=settings.debian_mirror)
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    return 0


def _stop(settings: Settings) -> None:
    EmbeddedPostgres(settings.state_dir).stop()
    if root := installed(settings.packages_dir):
        EmbeddedAsterisk(
            root=root,
            state_dir=settings.state_dir,
            dialplan_dir=PROJECT_ROOT / "dialplan",
            prompts_dir=settings.prompts_dir,
            sip=settings.sip_bind,
            rtp=settings.rtp_ports,
        ).stop()


if __name__ == "__main__":
    sys.exit(main())
