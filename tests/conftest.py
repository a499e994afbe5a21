"""What all tests share: the unpacked packages of Asterisk and its tools."""

import pytest
from hypothesis import settings as hypothesis_settings

from ivr.embedded.packages import Root, ensure
from ivr.settings import Settings

# A deadline for an example would be a timed assertion on a busy machine.
hypothesis_settings.register_profile("untimed", deadline=None)
hypothesis_settings.load_profile("untimed")


@pytest.fixture(scope="session")
def programs() -> Root:
    """Asterisk, espeak-ng and SIPp, fetched once for the clone."""
    settings = Settings.from_environment()
    return ensure(settings.packages_dir, mirror=settings.debian_mirror)
