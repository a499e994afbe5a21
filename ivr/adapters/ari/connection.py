"""The connection to Asterisk: when to try again, and what is set up each time."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import quote

import aiohttp
import structlog

from ivr.adapters.ari.events import OF_PHONES, UNWANTED, Translator
from ivr.adapters.ari.pulse import Pulse
from ivr.adapters.ari.socket import CLOSE_BOUND_S, AriSocket, Json, Replaced
from ivr.adapters.ari.switch import AriSwitch
from ivr.errors import Refusal
from ivr.ports import Switch, SwitchEvent, SwitchUnavailable
from ivr.tasks import Tasks

log = structlog.get_logger(__name__)

HEARTBEAT_S = 5.0
CONNECT_BOUND_S = 5.0
FIRST_PAUSE_S = 0.1
# Callers are waiting: an Asterisk that is back is found again within a second.
LONGEST_PAUSE_S = 1.0
LARGEST_MESSAGE = 64 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class AriTarget:
    """Where Asterisk is and who we are to it. `url` ends before `/ari`.

    Calls are `application`'s. Phones are watched by an application of their own, over the
    same socket: whoever watches a phone is also sent everything that happens on its
    channels, which would come twice, so that one has it left out (Asterisk 22.10).
    """

    url: str
    user: str
    password: str = field(repr=False)
    application: str = "ivr"

    @property
    def watch(self) -> str:
        """The application that watches the phones."""
        return f"{self.application}-phones"


def pause_before(attempt: int, jitter: float) -> float:
    """Seconds to wait before the attempt (from 1); `jitter` in 0..1 spreads controllers apart."""
    longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(attempt - 1, 10))
    return longest * (0.5 + jitter / 2)


class AriConnections:
    """Connects to Asterisk, again and again. Implements `ivr.ports.Connections`.

    `accounts` are the SIP accounts whose reachability is wanted; see `watch`.
    """

    def __init__(
        self,
        target: AriTarget,
        accounts: Sequence[str],
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._target = target
        self._accounts = tuple(accounts)
        self._jitter = jitter
        self._socket: AriSocket | None = None
        self._watched: set[str] = set()  # over this socket

    def aim(self, target: AriTarget) -> None:
        """From the next attempt on Asterisk is there; user and password stay."""
        self._target = target

    async def watch(self, accounts: Sequence[str]) -> Mapping[str, bool | None]:
        """Watch these phones from now on.

        Of each that was not watched: whether it is registered, None for one that Asterisk does
        not know. Nothing while there is no connection: the next one watches them all.
        """
        self._accounts = tuple(accounts)
        found: dict[str, bool | None] = {}
        with suppress(SwitchUnavailable):
            for account in self._accounts:
                if self._socket is not None and account not in self._watched:
                    found[account] = await self._begin_watching(self._socket, account)
        return found

    @asynccontextmanager
    async def connect(self) -> AsyncIterator["AriConnection"]:
        """Connect with back-off; see `ivr.ports.Connections`.

        Raises Refusal when Asterisk does not accept our name and password, and,
        out of the iterator, Replaced when another controller takes over.
        """
        async with aiohttp.ClientSession(headers=self._credentials()) as session:
            socket = await self._patiently(session)
            pulse = Pulse(socket, self._target.application)
            try:
                async with Tasks() as tasks:
                    tasks.start(pulse.watch(), "pulse")
                    yield AriConnection(socket, AriSwitch(socket, self._target.application), pulse)
            finally:
                self._socket = None
                await socket.close()

    async def _patiently(self, session: aiohttp.ClientSession) -> AriSocket:
        attempt = 0
        while True:
            try:
                return await self._once(session)
            except (aiohttp.ClientError, OSError, TimeoutError, SwitchUnavailable) as error:
                attempt += 1
                pause = pause_before(attempt, self._jitter())
                log.warning("ari.not_connected", attempt=attempt, error=str(error) or "no answer")
                await asyncio.sleep(pause)

    async def _once(self, session: aiohttp.ClientSession) -> AriSocket:
        socket = AriSocket(await self._open(session))
        try:
            await self._prepare(socket)
        except BaseException:
            await socket.close()
            raise
        return socket

    async def _open(self, session: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
        both = quote(f"{self._target.application},{self._target.watch}")
        url = f"{self._target.url}/ari/events?app={both}"
        try:
            async with asyncio.timeout(CONNECT_BOUND_S):
                return await session.ws_connect(
                    url,
                    heartbeat=HEARTBEAT_S,
                    max_msg_size=LARGEST_MESSAGE,
                    timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_BOUND_S),
                )
        except aiohttp.WSServerHandshakeError as error:
            if error.status in (401, 403):
                raise Refusal(
                    f"Asterisk at {self._target.url} does not accept the ARI user"
                    f" {self._target.user!r} with the password given ({error.status}):"
                    " set IVR_ARI_USER and IVR_ARI_PASSWORD to those of its ari.conf"
                ) from None
            raise

    async def _prepare(self, socket: AriSocket) -> None:
        """What Asterisk must know on every connect: the noise to leave out, the phones to watch."""
        target = self._target
        unwanted = {"disallowed": [{"type": kind} for kind in UNWANTED]}
        await self._filter(socket, target.application, unwanted)
        await self._filter(socket, target.watch, {"allowed": [{"type": OF_PHONES}]})
        self._watched.clear()
        self._socket = socket
        for account in self._accounts:
            await self._subscribe(socket, account)

    async def _subscribe(self, socket: AriSocket, account: str) -> bool:
        path = f"applications/{self._target.watch}/subscription"
        answer = await socket.request("POST", path, eventSource=f"endpoint:PJSIP/{account}")
        if answer.status >= 400:
            log.error("ari.unknown_phone", account=account, status=answer.status)
            return False
        self._watched.add(account)
        return True

    async def _begin_watching(self, socket: AriSocket, account: str) -> bool | None:
        if not await self._subscribe(socket, account):
            return None
        found = await socket.request("GET", f"endpoints/PJSIP/{quote(account)}")
        return found.status == 200 and found.body["state"] == "online"

    async def _filter(self, socket: AriSocket, application: str, events: Json) -> None:
        answer = await socket.request("PUT", f"applications/{application}/eventFilter", events)
        if answer.status >= 400:
            log.error("ari.events_not_filtered", application=application, status=answer.status)

    def _credentials(self) -> dict[str, str]:
        encoded = aiohttp.encode_basic_auth(self._target.user, self._target.password)
        return {"Authorization": encoded}


class AriConnection:
    """An open socket as the line sees it. Implements `ivr.ports.Connection`."""

    def __init__(self, socket: AriSocket, switch: Switch, pulse: Pulse) -> None:
        self.switch = switch
        self._socket = socket
        self._pulse = pulse

    @property
    def answer_s(self) -> float | None:
        """See `ivr.ports.Connection`."""
        return self._pulse.took_s

    async def events(self) -> AsyncIterator[SwitchEvent]:
        """See `ivr.ports.Connection`. Raises Replaced when another controller takes over."""
        translator = Translator()
        async for event in self._socket.events():
            if event["type"] == "ApplicationReplaced":
                raise Replaced(
                    "Another controller has taken over this line's calls on the same Asterisk;"
                    " this one ends, so that nobody is served twice."
                )
            meaning = translator.translate(event)
            if meaning is not None:
                yield meaning

    async def close(self) -> None:
        """See `ivr.ports.Connection`."""
        await self._socket.close()
