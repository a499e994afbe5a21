"""The caller waits, without paying where that was said, until a counsellor has answered."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from ivr.domain.call import Limit, Outcome, SceneName
from ivr.domain.journal import EventKind
from ivr.domain.limits import full
from ivr.domain.waiting import (
    ENDS,
    Due,
    Step,
    Stretch,
    after_budget,
    far_back,
    in_time,
    next_due,
    other_language,
)
from ivr.scenes.announcing import Announcer
from ivr.scenes.assuring import assure
from ivr.scenes.vigil import Vigil
from ivr.stage import Call, Desk, Finished, Heard, Interrupted, Joining, Place, Pressed, Prompt

CALLBACK_KEY = "1"
LANGUAGE_KEY = "9"
REPEAT_KEY = "0"
RING_GRACE_S = 3.0
# How long an end is put off for a phone that rings: one phone after another may ring out,
# and the operator's own limit is near.
MOST_PUT_OFF_S = 10.0

Next = SceneName | Outcome
Turn = Heard | Next


async def waiting(call: Call, desk: Desk) -> Next:
    """Stand in the line: music, the place now and then, and a key for each thing one may want."""
    new = call.joining is Joining.NEW and not call.facts.redirected
    if new and full(call.line, desk.waiting(call.line)):
        call.note(limit=Limit.FULL, joined=None)
        return SceneName.LIMIT
    async with desk.place(call) as place:
        wait = _Wait(call, place)
        turn: Turn = await wait.begin()
        while not isinstance(turn, Next):
            turn = wait.meaning(turn) or await wait.go_on()
        if turn is Outcome.GHOST:
            await place.hand_over(wait.vanished)
        return turn


class _Wait:
    """One stretch of waiting, from coming into the line to leaving it."""

    def __init__(self, call: Call, place: Place) -> None:
        self._call = call
        self._place = place
        self._vigil = Vigil(call, place)
        self._announcer = Announcer(call, place)
        self._latest = self._announcer.joined
        self._repeat = self._language = False
        lengths = self._announcer.lengths()
        # Who comes back from a question has been asked already.
        behind = call.joining is not None and far_back(call.line, place.ahead())
        self._stretch = Stretch(
            entered=call.now(), said=call.now(), lengths=lengths, far_back=behind
        )

    async def begin(self) -> Heard:
        """Say the place, unless the caller cannot wait here at all."""
        if self._due().step in ENDS and self._left(self._due().at) <= 0:
            return Finished()
        return await self._say(self._announcer.joined)

    def meaning(self, heard: Heard) -> Next | None:
        """What follows at once from what was heard; None: the caller waits on."""
        match heard:
            case Interrupted():
                return self._taken()
            case Pressed(key=key) if key == CALLBACK_KEY and self._call.line.callback.enabled:
                return SceneName.CALLBACK
            case Pressed(key=key):
                self._language = key == LANGUAGE_KEY
                self._repeat = key == REPEAT_KEY
                return None
            case Finished() if self._vigil.gone:
                return self._gone()
            case _:
                return None

    async def go_on(self) -> Turn:
        """Do what is due, or wait for it."""
        if self._language:
            self._language = False
            return await self._in_the_other_language()
        if self._repeat:
            self._repeat = False
            return await self._say(self._latest)
        due = self._due()
        if (left := self._left(due.at)) > 0:
            return await self._hold(left)
        if due.step in ENDS and self._place.rung and left > -MOST_PUT_OFF_S:
            return await self._hold(RING_GRACE_S)  # somebody is about to answer
        return await self._do(due)

    async def _do(self, due: Due) -> Turn:
        call = self._call
        match due.step:
            case Step.ASSURANCE:
                return await self._assure()
            case Step.LIMIT:
                call.note(limit=due.limit)
                return SceneName.LIMIT
            case Step.BUDGET_END:
                call.note(budget_over=True)
                return after_budget(call.line, call.facts)
            case Step.POSITION:
                return await self._say(self._announcer.place)
            case Step.OFFER:
                self._stretch = replace(self._stretch, offered=call.now())
                return await self._say(self._announcer.offer)
            case Step.CLOSED:
                self._stretch = replace(self._stretch, told_closed=True)
                return await self._say(self._announcer.closed)

    async def _assure(self) -> Heard:
        """Say that who hangs up is called back, if the disk has it that they are told so."""
        self._stretch = replace(self._stretch, assured=True)
        if not await assure(self._call):
            return Finished()
        return await self._say(self._announcer.assurance, latest=False)

    def _due(self) -> Due:
        call = self._call
        stretch = replace(self._stretch, nobody_since=self._place.nobody_since)
        return next_due(call.line, call.facts, stretch, call.now())

    @property
    def vanished(self) -> datetime:
        """When the last sound came of a caller whose phone has vanished (UTC)."""
        return self._call.now() - timedelta(seconds=self._vigil.silent_s)

    async def _hold(self, seconds: float) -> Heard:
        if self._place.regained:
            self._place.regained = False
            return await self._say(self._announcer.regained)
        return await self._call.hold(seconds, self._place.taken, watch=self._vigil)

    async def _say(self, prompts: Callable[[], list[Prompt]], *, latest: bool = True) -> Heard:
        call, said = self._call, prompts()
        self._latest = prompts if latest else self._latest
        heard: Heard = Finished()
        if in_time(call.line, call.facts, call.now(), call.length(*said)):
            heard = await call.announce(*said, until=self._place.taken)
        self._stretch = replace(self._stretch, said=call.now())
        return heard

    def _taken(self) -> SceneName:
        taker = self._place.taken.result()
        self._call.note(counsellor=taker.counsellor, leg=taker.leg)
        return SceneName.CONNECTING

    async def _in_the_other_language(self) -> Heard:
        """The line in the next language, without leaving it: a phone that can serve it rings on."""
        call = self._call
        language = other_language(call.line, call.language)
        if language is not None:
            await call.keep(language=language)
            call.record(EventKind.LANGUAGE, of=f"/{call.now().isoformat()}", language=language)
            lengths = self._announcer.lengths()
            self._stretch = replace(self._stretch, lengths=lengths, assured=False)
            self._place.wants_anew()
        return await self._say(self._announcer.anew)

    def _gone(self) -> Outcome:
        """The caller's phone has vanished without a word."""
        self._call.record(EventKind.GHOST, silent_s=round(self._vigil.silent_s))
        return Outcome.GHOST

    def _left(self, at: datetime) -> float:
        return (at - self._call.now()).total_seconds()
