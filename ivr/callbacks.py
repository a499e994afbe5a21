"""The `ivr callbacks` command: what the running line keeps, listed, shown and cancelled."""

import argparse
import asyncio
import ipaddress
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from ivr.access import held_desk_token
from ivr.domain.callback import BY_PEOPLE, Status
from ivr.domain.schedule import local
from ivr.errors import Refusal
from ivr.masking import escape
from ivr.settings import Address, Settings

ANSWER_S = 20.0  # longer than the line waits for its disk

_HEADINGS = (
    *("callback", "status", "line", "number", "language", "topic", "urgent", "asked"),
    *("promised by", "not before", "attempts", "next due", "why", "taken by"),
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """What can be said after `ivr callbacks`."""
    verbs = parser.add_subparsers(required=True, metavar="WHAT")
    listing = verbs.add_parser("list", help="all that are to be called, and those given up")
    listing.add_argument("--line", help="of this line only")
    listing.add_argument("--status", choices=list(map(str, Status)), help="in this state only")
    listing.set_defaults(command=_list)
    showing = verbs.add_parser("show", help="one of them, with its attempts")
    showing.add_argument("callback", metavar="ID", help="its id, as the list shows it")
    showing.set_defaults(command=_show)
    cancelling = verbs.add_parser("cancel", help="close one: nobody is called any more")
    cancelling.add_argument("callback", metavar="ID", help="its id, as the list shows it")
    cancelling.add_argument(
        "--because", choices=list(map(str, BY_PEOPLE)), required=True, help="why nobody is called"
    )
    cancelling.set_defaults(command=_cancel)


def _list(parsed: argparse.Namespace, settings: Settings) -> int:
    asked = {"line": parsed.line, "status": parsed.status}
    query = {name: value for name, value in asked.items() if value is not None}
    answer = _ask(settings, "GET", query=query)
    rows = [_row(each) for each in answer["callbacks"]]
    _print(_table([_HEADINGS, *rows]) if rows else ["No callbacks."])
    return 0


def _show(parsed: argparse.Namespace, settings: Settings) -> int:
    callback = _ask(settings, "GET", parsed.callback)
    told = dict(zip(_HEADINGS, _row(callback), strict=True))
    told["asked again"] = str(callback["asked_again"])
    told["closed because"] = callback["closed_because"] or "-"
    told["got through in"] = callback["answered_by"] or "-"
    _print([f"{name:<14}  {value}" for name, value in told.items()])
    _print([_tried(each) for each in callback["attempts"]])
    return 0


def _cancel(parsed: argparse.Namespace, settings: Settings) -> int:
    because = {"because": parsed.because}
    closed = _ask(settings, "POST", parsed.callback, "close", said=because)
    _print([f"{closed['id']} is {closed['status']}: {closed['closed_because']}."])
    return 0


def _ask(
    settings: Settings,
    method: str,
    *path: str,
    query: Mapping[str, str] | None = None,
    said: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What the running line answers. Raises Refusal."""
    token = held_desk_token(settings)
    steps = "/".join(quote(step, safe="") for step in ("callbacks", *path))
    url = URL(f"http://{reached(settings.http_bind)}/api/{steps}", encoded=True)
    try:
        return asyncio.run(_answer(token, method, url.with_query(query), said))
    except aiohttp.ClientConnectionError as error:
        raise Refusal(
            f"No line answers at {settings.http_bind}: start it with `ivr run`, or set"
            " IVR_HTTP_BIND and IVR_STATE_DIR as that line has them."
        ) from error
    except TimeoutError as error:
        raise Refusal(
            f"The line at {settings.http_bind} did not answer within {ANSWER_S:g} s: look at its"
            " log, and at the callback before you try again."
        ) from error
    except (aiohttp.ClientError, ValueError) as error:
        raise Refusal(
            f"What answers at {settings.http_bind} is no line: set IVR_HTTP_BIND to its address."
        ) from error


async def _answer(
    token: str, method: str, url: URL, said: Mapping[str, str] | None
) -> dict[str, Any]:
    login = {"Authorization": f"Bearer {token}"}
    bound = aiohttp.ClientTimeout(total=ANSWER_S)
    async with (
        aiohttp.ClientSession(headers=login, timeout=bound) as session,
        session.request(method, url, json=said) as answer,
    ):
        body = await answer.json()
        if answer.status == 200 and isinstance(body, dict):
            return body
    if answer.status == 401:
        raise Refusal(
            f"The line at {url.authority} does not take this token: set IVR_STATE_DIR, or"
            " IVR_DESK_TOKEN, as that line has it."
        )
    if not isinstance(body, dict) or "message" not in body:
        raise ValueError(body)
    raise Refusal(f"Nothing was done: {escape(str(body['message']))}.")


def reached(bind: Address) -> Address:
    """Where a server is found that listens at this address, also at that of every interface."""
    ip = ipaddress.ip_address(bind.host)
    if not ip.is_unspecified:
        return bind
    return Address(host="127.0.0.1" if ip.version == 4 else "::1", port=bind.port)


def _row(callback: Mapping[str, Any]) -> Sequence[str]:
    return (
        callback["id"],
        callback["status"],
        callback["line"],
        callback["number"],
        callback["language"],
        callback["topic"],
        "yes" if callback["urgent"] else "-",
        _wall(callback["requested"]),
        callback["promised_by"],
        _wall(callback["not_before"]),
        str(len(callback["attempts"])),
        _wall(callback["next_due"]),
        "cut_off" if callback["cut_off"] else callback["refused"] or callback["held_by"] or "-",
        callback["taken_by"] or "-",
    )


def _tried(attempt: Mapping[str, Any]) -> str:
    result = attempt["result"] or "on the air"
    hand = ", by hand" if attempt["by_hand"] else ""
    when = _wall(attempt["began"])
    return f"attempt {attempt['number']}: {when}  {attempt['counsellor']}  {result}{hand}"


def _wall(at: str | None) -> str:
    """The instant as a clock in Finland shows it."""
    return "-" if at is None else f"{local(datetime.fromisoformat(at)):%Y-%m-%d %H:%M}"


def _table(rows: Sequence[Sequence[str]]) -> Sequence[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _print(lines: Sequence[str]) -> None:
    sys.stdout.writelines(f"{escape(line)}\n" for line in lines)
