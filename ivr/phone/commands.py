"""The commands `ivr call` and `ivr phone`: which line, whose phone, and what is refused."""

import asyncio
import json
import re
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from rich.console import Console

from ivr.adapters import clips
from ivr.domain.service import Counsellor
from ivr.errors import Refusal
from ivr.phone.baresip import open_telephony
from ivr.phone.desk import Desk
from ivr.phone.keys import KeyScript
from ivr.phone.narration import Say, ToldMessages, ToldPrompts, said_end
from ivr.phone.notices import told as notices_of
from ivr.phone.phone import CallGone, CallState, NoService, NotInTime, PhoneCall
from ivr.phone.repertoire import Repertoire
from ivr.settings import Address, Settings

ANONYMOUS: Final = "anonymous"
_POLL_S = 0.05
_FIRST_RESPONSE_S = 3.0
_LOOPBACK: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


async def call(
    settings: Settings, number: str, *, keys: str = "", caller: str, wait_s: float | None = None
) -> int:
    """Phone the running line and print what is heard until the end; return 0.

    `caller` is a number or `anonymous`. `keys` are pressed as in KeyScript. After
    `wait_s` seconds the call is hung up; so it is by Ctrl-C and SIGTERM. Raises Refusal
    when the line cannot be reached.
    """
    _end_by_sigterm()
    server, notices = _server(settings), notices_of(settings)
    texts = {**_texts(settings.prompts_dir), **notices.texts}
    repertoire = Repertoire.load(settings.prompts_dir, notices.sounds)
    try:
        async with open_telephony(server, repertoire) as telephony:
            citizen = await telephony.citizen(_shown(caller))
            calling = await citizen.dial(number)
            await _first_response(calling, server)
            await _live(calling, KeyScript(keys.split(), texts), texts, wait_s)
    except NoService as refused:
        raise Refusal(f"{refused}.") from refused
    if calling.answered_at is None and not len(calling.pcm) and calling.ending is not None:
        raise Refusal(f"The call to {number} did not get through: {said_end(calling.ending)}.")
    return 0


async def phone(
    settings: Settings,
    counsellors: Sequence[Counsellor],
    counsellor: str,
    *,
    auto: bool = False,
    tone: bool = False,
) -> int:
    """Be a counsellor's phone until Ctrl-C or SIGTERM.

    `counsellor` is an id or a SIP account. `auto` answers after a second; `tone`
    sends a soft tone where there would be a voice. Raises Refusal.
    """
    _end_by_sigterm()
    account = _account(counsellors, counsellor)
    secret = _secret(settings.state_dir / "secrets" / "phones.json", account)
    texts, server = _texts(settings.prompts_dir), _server(settings)
    repertoire = Repertoire.load(settings.prompts_dir)
    try:
        async with open_telephony(server, repertoire) as telephony:
            registered = await telephony.counsellor(account, secret)
            desk = Desk(registered, texts, _console(), auto=auto, tone=tone)
            await desk.attend()
    except NoService as refused:
        raise Refusal(f"{refused}; is the line running (`make run`)?") from refused
    return 0


def _end_by_sigterm() -> None:
    """Have SIGTERM cancel this task: a phone that dies in a call leaves the other side in it."""
    if task := asyncio.current_task():
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


async def _first_response(calling: PhoneCall, server: Address) -> None:
    def answered() -> bool:
        return calling.ending is not None or any(message.status for message in calling.messages)

    with suppress(NotInTime):
        await calling.until(answered, "response", within_s=_FIRST_RESPONSE_S)
    if not any(message.status for message in calling.messages):
        raise Refusal(
            f"No line answers at {server} (IVR_SIP_BIND): start it with `make run` or `ivr run`."
        )


async def _live(
    calling: PhoneCall, script: KeyScript, texts: Mapping[str, str], wait_s: float | None
) -> None:
    """Go through the call, saying what happens, until it ends."""
    say = _printer(_console())
    told = (ToldMessages(calling, say), ToldPrompts(calling, texts, say))
    try:
        while calling.state is not CallState.ENDED:
            now_s = time.monotonic() - calling.began
            if key := script.due(calling.hearing.transcript(), now_s):
                say(now_s, f"press {key}")
                with suppress(CallGone):
                    await calling.press(key)
            if wait_s is not None and now_s > wait_s:
                break
            for teller in told:
                teller.tell()
            await asyncio.sleep(_POLL_S)
    finally:
        await calling.hang_up()
        ending = await calling.ended(within_s=2.0)
        for teller in told:
            teller.tell()
        say(time.monotonic() - calling.began, said_end(ending))


def _console() -> Console:
    return Console(file=sys.stdout, highlight=False, soft_wrap=True, markup=False)


def _printer(console: Console) -> Say:
    def say(at_s: float, text: str) -> None:
        console.print(f"{at_s:7.2f}  ", text, sep="")

    return say


def _shown(caller: str) -> str | None:
    """The number that the line is shown; None for none."""
    if caller == ANONYMOUS:
        return None
    if not re.fullmatch(r"\+?\d{1,20}", caller):
        raise Refusal(f"{caller!r} is no number to call from: write +358…, or anonymous.")
    return caller


def _server(settings: Settings) -> Address:
    """Where the running line takes calls; every address of a host includes its loopback."""
    bind = settings.sip_bind
    return Address(host=_LOOPBACK.get(bind.host, bind.host), port=bind.port)


def _texts(prompts_dir: Path) -> Mapping[str, str]:
    return {name: made.text for name, made in clips.read_manifest(prompts_dir).items()}


def _account(counsellors: Sequence[Counsellor], wanted: str) -> str:
    for person in counsellors:
        if person.account is not None and wanted in {person.id, person.account}:
            return person.account
    known = ", ".join(person.id for person in counsellors if person.account is not None)
    raise Refusal(
        f"There is no counsellor {wanted!r} with a phone in counsellors.yaml; there are {known}."
    )


def _secret(file: Path, account: str) -> str:
    try:
        secret: str = json.loads(file.read_text())[account]
    except (FileNotFoundError, KeyError):
        raise Refusal(
            f"{file} holds no password for {account}: start the line once with `make run`."
        ) from None
    return secret
