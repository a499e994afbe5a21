"""`python -m ivr`: the same as the command `ivr`."""

import sys

from ivr.cli import main

sys.exit(main())
