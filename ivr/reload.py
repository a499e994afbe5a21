"""The `ivr reload` command: the running line looks at its files now, and says what it did."""

import argparse
import asyncio
import sys
from typing import Any

import aiohttp

from ivr.access import held_desk_token
from ivr.callbacks import reached
from ivr.errors import Refusal
from ivr.masking import escape
from ivr.settings import Settings

# New prompts may have to be spoken before.
ANSWER_S = 600.0


def arguments(parser: argparse.ArgumentParser) -> None:
    """`ivr reload` is told nothing: which line it is the settings say."""
    parser.set_defaults(command=_reload)


def _reload(parsed: argparse.Namespace, settings: Settings) -> int:
    """0 if what is saved is in force now; 1, with every mistake on stderr, if it is not."""
    token = held_desk_token(settings)
    url = f"http://{reached(settings.http_bind)}/api/configuration/reload"
    try:
        status, said = asyncio.run(_answer(url, token))
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise Refusal(
            f"No line answers at {settings.http_bind}: start it with `ivr run`, or set"
            " IVR_HTTP_BIND and IVR_STATE_DIR as that line has them."
        ) from error
    if status != 200:
        why = str(said.get("mistakes") or said.get("message") or "the line does not say why")
        raise Refusal("\n".join(map(escape, why.splitlines())))
    changes = said["changes"] or ["Nothing has changed in the YAML and the prompts."]
    told = [*changes, *(f"doubtful: {doubt}" for doubt in said["doubts"])]
    sys.stdout.writelines(f"{escape(line)}\n" for line in told)
    return 0


async def _answer(url: str, token: str) -> tuple[int, dict[str, Any]]:
    """Raises ValueError for what is no answer of a line."""
    login = {"Authorization": f"Bearer {token}"}
    bound = aiohttp.ClientTimeout(total=ANSWER_S)
    async with (
        aiohttp.ClientSession(headers=login, timeout=bound) as session,
        session.post(url) as answer,
    ):
        said = await answer.json()
    if not isinstance(said, dict):
        raise ValueError(said)  # noqa: TRY004 - as for what is no JSON
    return answer.status, said
