"""What all tests share: the unpacked packages of Asterisk and its tools."""

import pytest

from ivr.embedded.packages import Root, ensure
from ivr.settings import Settings


@pytest.fixture(scope="session")
def programs() -> Root:
    """Asterisk, espeak-ng and SIPp, fetched once for the clone."""
    settings = Settings.from_environment()
    return ensure(settings.packages_dir, mirror=settings.debian_mirror)
