"""The caller had a counsellor and waits for another: they hear so, and go back to the line."""

from ivr.domain.call import SceneName
from ivr.domain.journal import EventKind
from ivr.domain.transfer import Colleague, ToTopic, read_target
from ivr.scenes.leading import pays_after_all
from ivr.stage import Call, Desk, Prompt


async def returning(call: Call, desk: Desk) -> SceneName:
    """Let the counsellor go, and say what has happened; the first joining keeps the place."""
    desk.dismiss(call)
    desk.colleagues.dismiss(call)
    await call.talk.end()
    await call.talk.hush(call.party)
    by = call.facts.counsellor
    call.note(counsellor=None, leg=None, connected=False, colleague=None, colleague_leg=None)
    led = _led(call)
    call.note(led_by=by if led else None)
    await call.tell(call.prompt("transfer_other" if led else "counsellor_lost"), *_price(call))
    call.party.forget_keys()  # pressed in the talk, they were meant for nobody
    call.note(target=None)
    return SceneName.WAITING


def _price(call: Call) -> list[Prompt]:
    return [call.prompt("price_waiting")] if pays_after_all(call) else []


def _led(call: Call) -> bool:
    """Take over where the counsellor leads the caller to; whether they do."""
    match read_target(call.facts.target):
        case Colleague(counsellor=counsellor):
            call.note(wanted=counsellor)
            kind = "counsellor"
        case ToTopic(topic=topic):
            call.note(wanted=None, topic=topic)
            kind = "topic"
        case _:
            return False
    wanted, about = call.facts.wanted, call.facts.topic
    call.record(EventKind.TRANSFERRED, kind=kind, attended=False, counsellor=wanted, topic=about)
    return True
