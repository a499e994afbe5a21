"""Telephones on baresip: one stack for the process, any number of phones on it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

from baresip import (
    Account,
    BaresipError,
    Call,
    Config,
    RegistrationError,
    Runtime,
    StackEvent,
    UserAgent,
)

from ivr.phone.call import BaresipCall
from ivr.phone.phone import NoService, NotInTime, Phone, PhoneCall, Telephony
from ivr.phone.repertoire import Repertoire
from ivr.phone.wire import WireTap, sip_uri
from ivr.settings import Address
from ivr.tasks import Tasks

_GOODBYE_S = 2.0
_REGISTER_S = 5.0
_REGISTER_EVERY_S = 120


@asynccontextmanager
async def open_telephony(
    server: Address, repertoire: Repertoire, *, port: int = 0
) -> AsyncIterator[Telephony]:
    """Phones that call through and register at this SIP server; at the end all hang up.

    The stack is one for a process, so this cannot be entered twice at a time. The
    phones take this port, or a free one (0), of the server's own address: server and phones
    are on one machine. A citizen's phone can be called there by its number. Raises
    NoService when the stack does not start.
    """
    runtime = Runtime()
    async with Tasks() as tasks:
        with WireTap() as tap:
            try:
                await runtime.start(_configuration(server, port))
            except BaresipError as error:
                raise NoService(f"no telephone on {server.host}: {error}") from error
            exchange = _Exchange(runtime, tap, tasks, server, repertoire)
            try:
                yield exchange
            finally:
                await exchange.close()
                await runtime.close()


def _configuration(server: Address, port: int) -> Config:
    """Sound sample by sample as it was sent: A-law, no jitter buffer, nobody put on hold.

    UDP alone: for TLS it would want the next port, which may be another's.
    """
    own = Address(host=server.host, port=1)
    return Config(
        net_interface=server.host,
        max_concurrent_calls=None,
        sip_trace=True,
        extra_config_text=(
            f"sip_listen {str(own).removesuffix('1')}{port}\n"
            "sip_transports udp\n"
            "audio_jitter_buffer_type off\n"
            "call_hold_other_calls no\n"
        ),
    )


class _Exchange:
    """All phones of the process."""

    def __init__(
        self, runtime: Runtime, tap: WireTap, tasks: Tasks, server: Address, repertoire: Repertoire
    ) -> None:
        self.server = server
        self._runtime = runtime
        self._tap = tap
        self._tasks = tasks
        self._repertoire = repertoire
        self._call_ids: dict[int, str] = {}
        self._calls: list[BaresipCall] = []
        self._phones: list[_BaresipPhone] = []
        runtime.subscribe(self._on_event)

    async def citizen(self, number: str | None) -> Phone:
        """A phone that calls from this number; None withholds it (RFC 3323, RFC 3325)."""
        user = f"<sip:{number}@{self.server};transport=udp>"
        if number is None:
            user = '"Anonymous" <sip:anonymous@anonymous.invalid;transport=udp>'
        settings = "regint=0;answermode=manual;audio_codecs=pcma;dtmfmode=rtpevent"
        headers = {"Privacy": "id"} if number is None else {}
        return await self._phone(number or "anonymous", f"{user};{settings}", headers)

    async def counsellor(self, account: str, secret: str) -> Phone:
        """A phone registered by digest. Raises NoService when it is refused."""
        login = Account(
            user=account,
            domain=str(self.server),
            password=secret,
            reg_interval=_REGISTER_EVERY_S,
            audio_codecs=("pcma",),
        )
        phone = await self._phone(account, login, {})
        await phone.register()
        return phone

    async def _phone(
        self, name: str, account: Account | str, headers: Mapping[str, str]
    ) -> "_BaresipPhone":
        try:
            agent = await UserAgent.create(self._runtime, account)
        except BaresipError as error:
            raise NoService(f"no telephone for {name!r}: {error}") from error
        phone = _BaresipPhone(self, agent, name, headers)
        self._phones.append(phone)
        return phone

    def take_up(self, native: Call, number: str) -> BaresipCall:
        """Follow a call from its first moment."""
        call_id = native.call_id or self._call_ids[native.handle]
        messages = self._tap.messages(call_id)
        call = BaresipCall(
            native,
            server=self.server,
            number=number,
            messages=messages,
            repertoire=self._repertoire,
        )
        self._calls.append(call)
        self._tasks.start(call.carry_sound(), f"sound of {call_id}")
        return call

    async def close(self) -> None:
        """Hang up, and take the phones off their registrar."""
        lasting = [call for call in self._calls if call.ending is None]
        for call in lasting:
            await call.hang_up()
        for call in lasting:
            with suppress(NotInTime):  # nobody answers our goodbye: go without
                await call.ended(within_s=_GOODBYE_S)
        for phone in self._phones:
            await phone.unregister()

    def _on_event(self, event: StackEvent) -> None:
        # A call that we dial learns its Call-ID from an event that comes before it exists here.
        if event.call and event.call_id:
            self._call_ids[event.call] = event.call_id


class _BaresipPhone:
    """A Phone on baresip. See `ivr.phone.phone.Phone`."""

    def __init__(
        self, exchange: _Exchange, agent: UserAgent, name: str, headers: Mapping[str, str]
    ) -> None:
        self.name = name
        self._exchange = exchange
        self._agent = agent
        self._headers = headers
        self._registered = False
        self._ringing: asyncio.Queue[BaresipCall] = asyncio.Queue()
        agent.on_incoming(self._on_incoming)

    async def register(self) -> None:
        """Register by digest. Raises NoService."""
        try:
            await self._agent.register(timeout=_REGISTER_S)
        except RegistrationError as refused:
            where = f"{self.name} is not registered at {self._exchange.server}"
            raise NoService(f"{where}: {refused}") from refused
        self._registered = True

    async def unregister(self) -> None:
        """Take the phone off the exchange; nothing if it is not registered."""
        if not self._registered:
            return
        self._registered = False
        try:
            await self._agent.unregister(timeout=_GOODBYE_S)
        except RegistrationError:
            return  # the registrar has gone before us, and the registration with it

    async def dial(self, number: str, *, headers: Mapping[str, str] | None = None) -> PhoneCall:
        """Call a number; returns when the INVITE is on its way."""
        uri = sip_uri(number, self._exchange.server)
        try:
            native = await self._agent.dial(uri, {**self._headers, **(headers or {})})
        except BaresipError as error:
            raise NoService(f"no way to {self._exchange.server}: {error}") from error
        return self._exchange.take_up(native, number)

    async def next_call(self, *, within_s: float = 20.0) -> PhoneCall:
        """The next call that rings here, or that has rung since the last one was taken."""
        try:
            call = await asyncio.wait_for(self._ringing.get(), within_s)
        except TimeoutError:
            raise NotInTime(f"{self.name} has not rung within {within_s:g} s") from None
        await call.until(lambda: bool(call.messages), "INVITE in the trace", within_s=5.0)
        return call

    def _on_incoming(self, native: Call) -> None:
        self._ringing.put_nowait(self._exchange.take_up(native, ""))
