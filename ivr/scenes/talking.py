"""The counsellor has answered: who calls and about what, and then the two talk."""

from datetime import timedelta

from ivr.domain.call import Outcome, SceneName
from ivr.domain.journal import EventKind
from ivr.domain.phrase import TopicName
from ivr.domain.transfer import Colleague, Command, Key, read_target
from ivr.ports import ChannelGone
from ivr.scenes.leading import lead, left, lost, pays_after_all
from ivr.stage import Call, Commands, Desk, Party

# A counsellor who was connected with an answering machine hangs up sooner.
PROVED_AFTER = timedelta(seconds=15)


async def connecting(call: Call, desk: Desk) -> SceneName:
    """The counsellor hears language and topic while the caller still hears music."""
    leg = desk.leg(call)
    if leg is None or call.facts.topic is None:
        return await _back_to_the_line(call, desk)
    whisper = call.prompt(f"whisper_{call.language}", topic=TopicName(call.facts.topic))
    async with call.music():
        try:
            await leg.say([whisper], until=leg.gone)
        except ChannelGone:
            return await _back_to_the_line(call, desk)
    if leg.gone.done():
        return await _back_to_the_line(call, desk)
    return SceneName.TALKING


async def talking(call: Call, desk: Desk) -> Outcome | SceneName:
    """Connect the two, and only then answer the caller: charging begins here."""
    leg = desk.leg(call)
    taken_over = call.facts.connected and _takes_over(call)
    if leg is None:
        return lost(call) if call.facts.connected else await _not_connected(call, desk)
    if taken_over:
        for each in (leg, call.party):  # they come from a consultation, and from being held
            await call.talk.hush(each)
        leg.forget_keys()
    there = await call.talk.connect(leg)
    if taken_over and not there:
        return lost(call)
    if not call.facts.connected:
        if not there:
            return await _not_connected(call, desk)
        await call.answer(because="counsellor")
        # Who has talked is told anew, before they are called back for hanging up.
        call.note(connected=True, wanted=None, target=None, assured=False)
        call.record(EventKind.CONNECTED, counsellor=call.facts.counsellor)
        _answered(call, desk)  # in this instant: who hangs up in the next was served
        await call.settle()
        await call.keep()
    else:  # a process that died may not have written so
        _answered(call, desk)
    _record_takeover(call)
    return await _talk(call, desk, leg)


def _answered(call: Call, desk: Desk) -> None:
    """The request is settled, unless it is not proved yet that the citizen is there."""
    if not call.facts.by_voice:
        desk.callbacks.answered(call)


async def _talk(call: Call, desk: Desk, leg: Party) -> Outcome | SceneName:
    """Do what the counsellor asks for, until one of the two hangs up."""
    commands = Commands(call, leg)
    while True:
        match await (_proof(call, desk, commands) if call.facts.by_voice else commands.next()):
            case None if call.facts.machine:
                return Outcome.NOT_REACHED
            case None:
                return left(call, desk)
            case Key.HOLD:
                return SceneName.HELD
            case command:
                scene = await lead(call, desk, commands, command)
                if scene is not None:
                    return scene


async def _proof(call: Call, desk: Desk, commands: Commands) -> Command | None:
    """The next command, once it is proved that a voice is that of the citizen called back.

    A counsellor who hangs up before was connected with a machine; and who hangs up on the
    counsellor may be one, so that the request is not settled either.
    """
    with call.alarm(call.now() + PROVED_AFTER) as proved:
        command = await commands.next(proved)
    if command is None and not proved.done():
        call.note(machine=not desk.cut_off(call))
        return None
    await call.keep(by_voice=False)
    desk.callbacks.answered(call)
    return command if command is not None else await commands.next()


def _takes_over(call: Call) -> bool:
    return isinstance(read_target(call.facts.target), Colleague)


def _record_takeover(call: Call) -> None:
    """A colleague has the caller now; on the record here, where a crash cannot lose it."""
    taken_over = read_target(call.facts.target)
    if isinstance(taken_over, Colleague):
        call.record(
            EventKind.TRANSFERRED,
            kind="counsellor",
            attended=True,
            counsellor=taken_over.counsellor,
            topic=call.facts.topic,
        )
        call.note(target=None)


async def _not_connected(call: Call, desk: Desk) -> SceneName:
    """The counsellor went as the two were connected.

    Who has been answered is told so, and what it costs: a controller that died may have
    answered them a moment before.
    """
    return lost(call) if pays_after_all(call) else await _back_to_the_line(call, desk)


async def _back_to_the_line(call: Call, desk: Desk) -> SceneName:
    """The counsellor went before the two could talk: the caller keeps the place."""
    desk.dismiss(call)
    await call.talk.part()
    call.note(counsellor=None, leg=None, connected=False)
    if call.facts.callback is not None and call.facts.waiting_since is None:
        call.note(waiting_since=call.now())  # they had not waited on the line until now
    return SceneName.WAITING
