"""Run in a network of its own (`unshare --net`): knocks at Asterisk, before the rules and behind.

Takes an EmbeddedAsterisk, a root of programs and a file of rules from standard input, pickled;
prints as JSON what was answered.
"""

import asyncio
import fcntl
import json
import pickle
import socket
import struct
import subprocess
import sys
from contextlib import suppress

from ivr.embedded.asterisk import EmbeddedAsterisk
from tests.door.knocking import BOUND_S, knocking

TRUNK, STRANGER, PHONE, GUESSER = "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"
MANY = 3000  # a minute's worth of what is let through
AGAIN_S = 0.5
AT_ONCE = 50
AGAIN_S = 0.5
AT_ONCE = 50
_SIOCSIFFLAGS, _UP_AND_RUNNING = 0x8914, 0x41


def loopback_up() -> None:
    """A new network has a loopback, but it is down (netdevice(7))."""
    with socket.socket() as any_socket:
        request = struct.pack("16sh", b"lo", _UP_AND_RUNNING)
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, request)


async def answer(asterisk: EmbeddedAsterisk, host: str) -> int:
    """The status of the answer to a request from there, sent again as UDP wants it (RFC 3261)."""
    async with knocking(asterisk.sip, host) as knocker, asyncio.timeout(BOUND_S):
        while True:
            sent = knocker.request("OPTIONS")
            with suppress(TimeoutError):
                async with asyncio.timeout(AGAIN_S):
                    return await knocker.final_or(sent)


async def answers(asterisk: EmbeddedAsterisk, host: str, requests: int) -> int:
    """How many of so many requests from there are answered by when a later one of the trunk is."""
    async with knocking(asterisk.sip, host) as knocker:
        for _ in range(requests // AT_ONCE):
            for _ in range(AT_ONCE):
                knocker.request("OPTIONS")
            await answer(asterisk, TRUNK)  # so that Asterisk's socket never overflows
        return len(knocker.came)


async def all_answered(asterisk: EmbeddedAsterisk, hosts: tuple[str, ...]) -> list[int]:
    """The answers to one request from each."""
    return [await answer(asterisk, host) for host in hosts]


async def behind(asterisk: EmbeddedAsterisk) -> dict[str, object]:
    """What is seen behind the rules."""
    return {
        "stranger": await answers(asterisk, STRANGER, 50),
        "guesser": await answers(asterisk, GUESSER, MANY),
        "others": await all_answered(asterisk, (TRUNK, PHONE)),
    }


def main() -> None:
    asterisk, root, rules = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own test's
    loopback_up()
    try:
        asterisk.ensure_running()
        before = asyncio.run(all_answered(asterisk, (TRUNK, STRANGER, PHONE, GUESSER)))
        for _ in range(2):  # the second time over the first
            subprocess.run(root.command("nft", "-f", str(rules)), check=True)
        seen = {"before": before, **asyncio.run(behind(asterisk))}
        sys.stdout.write(json.dumps(seen))
    finally:
        asterisk.stop()


if __name__ == "__main__":
    main()
