"""An administrator dials in, to tell a line's callers something or to close it for a while."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from ivr.domain.call import Language
from ivr.domain.notice import MOST_S, Notice, Spoken
from ivr.domain.notice_end import DAYS_KEYS, HOURS_KEYS, end_by_key
from ivr.domain.phrase import Day, Digits, LineName, Slot, TimeOfDay
from ivr.domain.schedule import local
from ivr.domain.service import ServiceLine
from ivr.ports import Barred, NotKept, WrongPin
from ivr.stage.desk_call import DeskCall, Said

MOST_TAKES: Final = 5
SHORTEST_S: Final = 1.0  # Asterisk counts whole seconds

# Two in turn, so that a line's recordings never grow in number.
_NAMES: Final = ("a", "b")
_YES_NO: Final[Mapping[str, bool]] = {"1": True, "2": False}
_DURATIONS: Final[Mapping[str, str]] = {key: key for key in (*HOURS_KEYS, *DAYS_KEYS)}


async def notice(call: DeskCall) -> None:
    """Nothing changes before the last question is answered, and then it is on the disk."""
    try:
        if not await _is_let_in(call):
            await call.say("desk_nothing_keyed")
            return
    except Barred:
        await call.say("desk_barred")
        return
    line = await _line(call)
    done = False
    if line is not None:
        try:
            done = await _change(call, line)
        except NotKept:
            await call.say("desk_notice_not_kept")
            return
    if not done:
        await call.say("desk_nothing_keyed")


async def _is_let_in(call: DeskCall) -> bool:
    call.door.check_open(call.account)
    while pin := await call.digits("desk_pin"):
        try:
            call.door.admit_administrator(call.account, pin)
        except WrongPin:
            await call.say("desk_wrong")
        else:
            return True
    return False


async def _line(call: DeskCall) -> ServiceLine | None:
    """The line that it is for; asked only where there are several."""
    numbered = {str(number): line for number, line in enumerate(call.lines, 1)}
    if len(numbered) == 1:
        return next(iter(numbered.values()))
    names = [
        Said(
            id="desk_notice_line",
            slots={"line": LineName(line.id), "number": Digits(number)},
        )
        for number, line in numbered.items()
    ]
    return numbered.get(await call.digits(*names, "desk_notice_which"))


async def _change(call: DeskCall, line: ServiceLine) -> bool:
    """Make a new notice, or end the one that holds; whether that was done."""
    held = call.notices.of(line.id, call.now())
    if held is not None:
        anew = await call.choice([_ends(held.until, call.now()), "desk_notice_menu"], _YES_NO)
        if anew is None:
            return False
        if not anew:
            await call.notices.end(line.id)
            await call.say("desk_notice_ended")
            return True
    spoken = await _recorded(call, line)
    if spoken is None:
        return False
    new = await _agreed(call, line, spoken)
    if new is None:
        return False
    await _put(call, new)
    await call.say("desk_notice_live")
    return True


async def _recorded(call: DeskCall, line: ServiceLine) -> Mapping[Language, Spoken] | None:
    """What is said in each language of the line; None where one is missing."""
    spoken: dict[Language, Spoken] = {}
    for language in line.languages:
        one = await _one(call, language)
        if one is None:
            return None
        spoken[language] = one
    return spoken


async def _one(call: DeskCall, language: Language) -> Spoken | None:
    """What they say in this language, heard back and found good."""
    for _ in range(MOST_TAKES):
        await call.say(f"desk_notice_speak_{language}")
        spoken = await call.record(language, longest_s=MOST_S)
        if spoken is None or spoken.seconds < SHORTEST_S:
            await call.say("desk_notice_silent")
            continue
        await call.play(call.notices.sound(spoken))
        good = await call.choice(["desk_notice_good"], _YES_NO)
        if good is None:
            return None
        if good:
            return spoken
    return None


async def _agreed(
    call: DeskCall, line: ServiceLine, spoken: Mapping[Language, Spoken]
) -> Notice | None:
    """Whether the line is closed meanwhile, how long, and whether it is to be so."""
    closes = await call.choice(["desk_notice_close"], _YES_NO)
    if closes is None:
        return None
    key = await call.choice(["desk_notice_how_long"], _DURATIONS)
    if key is None:
        return None
    now = call.now()
    until = end_by_key(key, now)
    shut = ["desk_notice_closes"] if closes else []
    if not await call.choice([_ends(until, now), *shut, "desk_notice_confirm"], _YES_NO):
        return None
    since = call.now()
    if since >= until:  # midnight has come between the two questions
        return None
    return Notice(line=line.id, since=since, until=until, closes=closes, spoken=spoken)


async def _put(call: DeskCall, new: Notice) -> None:
    """The recordings under names that nothing has which is heard now; then the notice."""
    held = call.notices.of(new.line, call.now())
    heard = set() if held is None else {each.sound[-1] for each in held.spoken.values()}
    name = next(each for each in _NAMES if each not in heard)
    kept = {
        language: await call.keep(each, f"{new.line}-{language}-{name}")
        for language, each in new.spoken.items()
    }
    await call.notices.put(replace(new, spoken=kept))


def _ends(until: datetime, now: datetime) -> Said:
    at = local(until)
    when: Mapping[str, Slot] = {
        "day": Day(at.date(), local(now).date()),
        "time": TimeOfDay(at.time()),
    }
    return Said(id="desk_notice_until", slots=when)
