"""`python -m ivr.manual`: builds the manual into the state folder, and says where it is."""

import sys

from ivr.errors import Refusal
from ivr.manual.site import build
from ivr.settings import Settings


def main() -> int:
    """Build it; 0 when it is whole, 1 and what is wrong on stderr when not."""
    try:
        index = build(Settings.from_environment().state_dir / "manual")
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    sys.stdout.write(f"{index}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
