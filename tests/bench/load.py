"""SIPp's part of the bench: the citizens and the counsellors in bulk."""

import asyncio
import csv
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from string import Template

from ivr.domain.call import TopicId
from ivr.embedded.packages import Root
from ivr.errors import Refusal
from ivr.settings import Address
from tests.bench.figures import Calls
from tests.bench.media import token
from tests.bench.place import BENCH, BULK, KEYS, NUMBER, SIPP_RTP
from tests.ports import free_port

SCENARIOS = Path(__file__).parent / "scenarios"

# SIPp sends keys through a raw socket, for which it must be root, but streams any file as
# payload 98 (iLBC: 50 bytes every 30 ms). Offered as telephone-event, such a frame is an
# event of RFC 4733 with more behind it than is read: five make a key of 0.1 s.
_FRAME, _STEPS, _END = 50, (160, 320, 480, 640, 800), 0x80
_EVENTS = "0123456789*#"
_OUTPUT = "sipp.out"
_GRACE_S = 60.0  # to end by itself, once all calls should have ended


@dataclass(frozen=True, kw_only=True)
class Course:
    """How a bulk call goes: how long its citizen takes to press a key, and talks, in seconds.

    Served later than `served_within_s` after the last key, it counts as failed.
    """

    thinks_s: float
    talk_s: float
    served_within_s: float


@dataclass(frozen=True, kw_only=True)
class Sipp:
    """SIPp, calling one server."""

    root: Root
    server: Address
    folder: Path

    async def citizens(self, course: Course, *, rate: int, calls: int) -> Calls:
        """Make so many calls, `rate` new ones a second; return when all have ended."""
        values = {
            "talk_ms": _ms(course.talk_s),
            "served_ms": _ms(course.served_within_s),
            "voice": str(_voice()),
            **_keys(BULK, course.thinks_s),
        }
        return await self._call("citizen", values, rate=rate, calls=calls)

    async def waiting(
        self, topic: TopicId, *, thinks_s: float, hold_s: float, rate: int, calls: int
    ) -> Calls:
        """Citizens who wait for a topic, each for so long, and hang up unserved."""
        values = {"hold_ms": _ms(hold_s), **_keys(topic, thinks_s)}
        return await self._call("waiting", values, rate=rate, calls=calls)

    @asynccontextmanager
    async def counsellors(self, *, port: int, echo: int, ring_s: float) -> AsyncIterator[None]:
        """All counsellors of the bulk on one port, for as long as the block lasts."""
        scenario = self._scenario("counsellor", {"ring_ms": _ms(ring_s)})
        process = await self._start(
            "-sf", scenario, "-p", port, "-mp", echo, "-rtp_echo",
            "-default_behaviors", "all,-abortunexp",
        )  # fmt: skip
        try:
            yield
            if process.returncode is not None:
                raise Refusal(f"SIPp's counsellors ended early: see {self.folder / _OUTPUT}.")
        finally:
            await _ended(process)

    async def _call(self, name: str, values: Mapping[str, str], *, rate: int, calls: int) -> Calls:
        statistics = self.folder / f"{name}.csv"
        statistics.unlink(missing_ok=True)
        process = await self._start(
            str(self.server), "-sf", self._scenario(name, values), "-p", free_port(),
            "-r", rate, "-m", calls, "-l", calls,
            "-min_rtp_port", SIPP_RTP.first, "-max_rtp_port", SIPP_RTP.last,
            "-default_behaviors", "all,-abortunexp", "-trace_stat", "-stf", statistics, "-fd", 1,
            "-trace_err", "-error_file", self.folder / f"{name}.errors",
        )  # fmt: skip
        talk_s = sum(float(values[key]) / 1000 for key in ("talk_ms", "hold_ms") if key in values)
        try:
            with suppress(TimeoutError):  # what did not end in time has failed
                async with asyncio.timeout(calls / rate + talk_s + _GRACE_S):
                    await process.wait()
        finally:
            await _ended(process)
        return _counted(statistics, calls)

    async def _start(self, *arguments: object) -> asyncio.subprocess.Process:
        command = self.root.command("sipp", *map(str, arguments), "-i", "127.0.0.1", "-nostdin")
        with (self.folder / _OUTPUT).open("ab") as out:
            return await asyncio.create_subprocess_exec(
                *command, cwd=self.folder, stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out
            )

    def _scenario(self, name: str, values: Mapping[str, str]) -> Path:
        text = Template((SCENARIOS / f"{name}.xml").read_text())
        file = self.folder / f"{name}.xml"
        file.write_text(text.substitute(values, number=NUMBER))
        return file


async def _ended(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
        await process.wait()


def _counted(statistics: Path, calls: int) -> Calls:
    """What SIPp's statistics say; a call that it does not call successful has failed."""
    with statistics.open(newline="") as file:
        lines = list(csv.DictReader(file, delimiter=";"))
    done = max((int(line["SuccessfulCall(C)"]) for line in lines), default=0)
    at_once = max((int(line["CurrentCall"]) for line in lines), default=0)
    return Calls(made=calls, failed=calls - done, at_once=at_once)


def _keys(topic: TopicId, thinks_s: float) -> dict[str, str]:
    """Finnish, past the notices, and the topic."""
    pressed = dict(zip(("key_1", "key_2", "key_3"), ("1", "#", KEYS[topic]), strict=True))
    return {"thinks_ms": _ms(thinks_s), **{name: str(_key(key)) for name, key in pressed.items()}}


def _key(key: str) -> Path:
    """The file that SIPp streams to press a key."""
    event = _EVENTS.index(key)
    frames = (
        bytes([event, _END if step == _STEPS[-1] else 0]) + step.to_bytes(2, "big")
        for step in _STEPS
    )
    file = BENCH / f"key{event}"
    file.write_bytes(b"".join(frame.ljust(_FRAME, b"\0") for frame in frames))
    return file


def _voice() -> Path:
    """What a citizen says while the two talk: a second of it, again and again."""
    file = BENCH / "voice.alaw"
    file.write_bytes(token(0) * 50)
    return file


def _ms(seconds: float) -> str:
    return str(round(seconds * 1000))
