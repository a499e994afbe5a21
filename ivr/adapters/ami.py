"""What is asked of Asterisk over AMI: to read files anew, and how it is registered with others."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from panoramisk import Manager

from ivr.settings import Address

log = structlog.get_logger(__name__)

ANSWER_S: Final = 10.0
_REGISTRATION: Final = "OutboundRegistrationDetail"
# Which module reads which file; the others are read by all modules together.
_READERS: Final[Mapping[str, str]] = {
    "extensions.conf": "pbx_config.so",
    "alone.conf": "pbx_config.so",
    "local/alone.conf": "pbx_config.so",
    "queues.conf": "app_queue.so",
    "local/queues.conf": "app_queue.so",
    "local/phones.conf": "res_pjsip.so",
}


class AmiFailed(Exception):
    """Asterisk has not done it; the message says why."""


@dataclass(frozen=True, kw_only=True)
class AmiTarget:
    """Where Asterisk's manager interface is, and who we are to it."""

    address: Address
    user: str
    password: str = field(repr=False)


class _Once(Manager):  # type: ignore[misc]
    """A connection that is made once: what it is for is tried again by others."""

    def connect(self, *args: Any, **options: Any) -> Any:
        """The first time alone."""
        made, self.made = getattr(self, "made", None), True
        return None if made else super().connect(*args, **options)

    def connection_made(self, f: Any) -> None:
        """Unless it took too long, and nobody waits for it any more."""
        if not f.cancelled():
            super().connection_made(f)


def readers(files: Collection[str]) -> tuple[str, ...]:
    """The modules that read these files of Asterisk's; an empty name is all of them."""
    modules = sorted({_READERS.get(name, "") for name in files})
    return ("",) if "" in modules else tuple(modules)


async def read_anew(target: AmiTarget, files: Collection[str]) -> None:
    """Have Asterisk read these files of its own. Raises AmiFailed."""
    async with _session(target) as manager:
        for module in readers(files):
            wish = {"Action": "Reload"} | ({"Module": module} if module else {})
            answer = await manager.send_action(wish)
            if not answer.success:
                raise AmiFailed(f"AMI refuses to reload {module or 'all'}: {answer.message}")
            log.info("asterisk.read_anew", module=module or "all")


async def registrations(target: AmiTarget) -> Mapping[str, str]:
    """How each registration of Asterisk's with others is, as it calls that itself.

    By the name in pjsip.conf `Registered`, `Unregistered`, `Rejected` and others. Raises AmiFailed.
    """
    async with _session(target) as manager:
        answer = await manager.send_action({"Action": "PJSIPShowRegistrationsOutbound"})
    told = answer if isinstance(answer, list) else []  # one answer says that there are none
    return {each.ObjectName: each.Status for each in told if each.event == _REGISTRATION}


@asynccontextmanager
async def _session(target: AmiTarget) -> AsyncIterator[Any]:
    """Logged in, for ANSWER_S at most. Raises AmiFailed."""
    manager = _Once(
        host=target.address.host,
        port=target.address.port,
        username=target.user,
        secret=target.password,
        events="off",
        loop=asyncio.get_running_loop(),
    )
    try:
        async with asyncio.timeout(ANSWER_S):
            await manager.connect()
            answer = await manager.authenticated_future
            if not answer.success:
                raise AmiFailed("AMI does not accept our user and password")
            yield manager
    except TimeoutError:
        raise AmiFailed(f"AMI does not answer at {target.address}") from None
    except OSError as error:
        raise AmiFailed(f"AMI cannot be reached at {target.address}: {error.strerror}") from error
    finally:
        manager.close()
