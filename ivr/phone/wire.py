"""What was on the wire: the SIP messages of each call, read from the stack's own trace."""

import asyncio
import logging
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import quote

from ivr.settings import Address

_TRACE: Final = "baresip.native.sip"
_START: Final = re.compile(r"(?:SIP/2\.0 (?P<status>\d{3}) ?(?P<reason>.*)|(?P<method>\w+) .*)")
_NAME: Final = re.compile(r'\s*(?:"(?P<quoted>(?:\\.|[^"\\])*)"|(?P<plain>[^<"]*?))\s*<')
_USER: Final = re.compile(r"<?sips?:(?:(?P<user>[^@;>]*)@)?")
_COMPACT: Final = {"i": "call-id", "f": "from", "t": "to", "v": "via", "m": "contact"}


def sip_uri(number: str, server: Address) -> str:
    """The address of a number at a server (RFC 3261 §19.1)."""
    return f"sip:{quote(number, safe='+*')}@{server}"


@dataclass(frozen=True, kw_only=True)
class SipMessage:
    """One SIP message as it was on the wire (RFC 3261).

    `at` is monotonic seconds. A request has a `method` and `status` 0; a
    response has a `status` and an empty `method`. `cseq` is the number and
    `cseq_method` the method of the CSeq header, so a response tells what it
    answers. `headers` has lower-case long names; of a repeated header the first
    value. `body` is what follows the headers.
    """

    at: float
    sent: bool
    method: str
    status: int
    reason: str
    call_id: str
    cseq: int
    cseq_method: str
    headers: Mapping[str, str]
    body: str

    @classmethod
    def read(cls, text: str, *, at: float, sent: bool) -> Self:
        """A message from its text. Raises ValueError for what is none."""
        head, _, body = text.replace("\r\n", "\n").partition("\n\n")
        first, *lines = head.split("\n")
        start, headers = _START.fullmatch(first), _headers(lines)
        number, _, method = headers.get("cseq", "").partition(" ")
        if start is None or not number.isdecimal() or "call-id" not in headers:
            raise ValueError(f"no SIP message: {first!r}")
        return cls(
            at=at,
            sent=sent,
            method=start["method"] or "",
            status=int(start["status"] or 0),
            reason=start["reason"] or "",
            call_id=headers["call-id"],
            cseq=int(number),
            cseq_method=method.strip(),
            headers=headers,
            body=body,
        )

    def answers(self, method: str, status: int) -> bool:
        """Whether this is a response with this status to a request of this method."""
        return self.status == status and self.cseq_method == method

    @property
    def refuses(self) -> bool:
        """Whether it is a final refusal of an INVITE (401 and 407 only ask for a password)."""
        final = self.status >= 300 and self.status not in {401, 407}
        return final and self.cseq_method == "INVITE"

    @property
    def display_name(self) -> str:
        """The name in the From header (RFC 3261 §20.20), unquoted; empty without one."""
        name = _NAME.match(self.headers.get("from", ""))
        if name is None:
            return ""
        return re.sub(r"\\(.)", r"\1", name["quoted"] or name["plain"] or "")

    @property
    def number(self) -> str:
        """The user part of the address in the From header; empty without one."""
        user = _USER.search(self.headers.get("from", ""))
        return (user["user"] or "") if user else ""

    def __str__(self) -> str:
        line = self.method or f"{self.status} {self.reason} ({self.cseq_method})"
        return f"{'→' if self.sent else '←'} {line}"


class WireTap(logging.Filter):
    """Keeps the messages of every call that began with an INVITE, by Call-ID.

    The trace is written by a thread of the stack; messages are kept in the event
    loop's thread, in the order of the wire.
    """

    def __init__(self) -> None:
        super().__init__()
        self._calls: dict[str, list[SipMessage]] = {}
        self._loop = asyncio.get_running_loop()
        self._logger = logging.getLogger(_TRACE)

    def messages(self, call_id: str) -> list[SipMessage]:
        """The messages of a call; the list grows."""
        return self._calls.setdefault(call_id, [])

    def filter(self, record: logging.LogRecord) -> bool:
        """Take one entry of the trace: a line with the direction, then the message.

        It goes no further: numbers and passwords are in it.
        """
        direction, _, text = record.getMessage().partition("\n")
        message = (text, time.monotonic(), direction.startswith("TX"))
        self._loop.call_soon_threadsafe(self._keep, *message)
        return False

    def _keep(self, text: str, at: float, sent: bool) -> None:
        message = SipMessage.read(text, at=at, sent=sent)
        if message.call_id in self._calls or message.method == "INVITE":
            self.messages(message.call_id).append(message)

    def __enter__(self) -> Self:
        self._level = self._logger.level
        self._logger.setLevel(logging.DEBUG)
        self._logger.addFilter(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._logger.removeFilter(self)
        self._logger.setLevel(self._level)


def _headers(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        name = name.strip().lower()
        headers.setdefault(_COMPACT.get(name, name), value.strip())
    return headers
