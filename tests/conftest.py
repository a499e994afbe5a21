"""What all tests share: the unpacked packages of Asterisk and its tools."""

import pytest
import structlog
from hypothesis import settings as hypothesis_settings

from ivr.embedded.packages import Root, ensure
from ivr.settings import Settings

# A deadline for an example would be a timed assertion on a busy machine.
hypothesis_settings.register_profile("untimed", deadline=None)
hypothesis_settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def logged_plainly() -> None:
    """What is logged is shown with a plain traceback: drawn with frames, one takes a second."""
    shown = structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.dev.set_exc_info,
            shown,
        ]
    )


@pytest.fixture(scope="session")
def programs() -> Root:
    """Asterisk, espeak-ng and SIPp, fetched once for the clone."""
    settings = Settings.from_environment()
    return ensure(settings.packages_dir, mirror=settings.debian_mirror)
