"""A counsellor dials a code: to sign in or out, to pause, to say what became of a call."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from ivr.domain.call import CounsellorId, Language
from ivr.domain.code import Wish, read_code
from ivr.domain.menu import Chosen, NoAnswer, NoMatch, Question
from ivr.domain.pause import PAUSE_KEYS, PauseReason
from ivr.domain.policy import DISPOSITION_KEYS, Disposition
from ivr.ports import Barred, Because, By, Refused, WrongPin
from ivr.scenes.notice import notice
from ivr.scenes.worklist import worklist
from ivr.stage import Party, Prompt
from ivr.stage.asking import ask
from ivr.stage.desk_call import ANSWER_S, DeskCall

# What is said of what was not done.
_REFUSALS: Mapping[Because, str] = {
    Because.NO_SUCH_COUNSELLOR: "desk_not_signed_in",
    Because.NO_SUCH_PHONE: "desk_not_signed_in",
    Because.NO_SUCH_CALL: "desk_no_call",
    Because.NOT_SIGNED_IN: "desk_not_signed_in",
    Because.IN_CALL: "desk_in_call",
    Because.NOTHING_TO_END: "desk_nothing_to_end",
    Because.NO_DISPOSITION: "desk_no_disposition",
    Because.TOO_LATE: "desk_no_disposition",
    Because.NOT_KEPT: "desk_back_not_kept",
}


async def desk(call: DeskCall) -> None:
    """Do what the code dialled says, and confirm it; or say why not."""
    code = read_code(call.dialled)
    try:
        if code is None:
            await call.say("desk_no_code")
        elif code.wish is Wish.SIGN_IN:
            await _sign_in(call)
        elif code.wish is Wish.NOTICE:
            await notice(call)
        elif (user := call.user) is None:
            await call.say("desk_not_signed_in")
        else:
            await _DEEDS[code.wish](call, user, code.choice)
    except Refused as refused:
        await call.say(_REFUSALS[refused.because])


async def _sign_in(call: DeskCall) -> None:
    """Number and PIN, until they fit or there were too many guesses."""
    try:
        call.door.check_open(call.account)
        while number := await call.digits("desk_number"):
            call.speak_to(number)
            pin = await call.digits("desk_pin")
            if not pin:
                break
            try:
                user = call.door.admit(call.account, number, pin)
            except WrongPin:
                await call.say("desk_wrong")
                continue
            await _welcome(call, user)
            return
        await call.say("desk_nothing_keyed")
    except Barred:
        await call.say("desk_barred")


async def _welcome(call: DeskCall, user: CounsellorId) -> None:
    ended = call.desk.sign_in(user, call.account, By.CODE)
    await call.say(*_missed(ended), "desk_signed_in")


async def _pause(call: DeskCall, user: CounsellorId, choice: str | None) -> None:
    reason = PAUSE_KEYS.get(choice) if choice is not None else None
    reason = reason or await call.choice(["desk_pause_why"], PAUSE_KEYS)
    if reason is None:
        await call.say("desk_nothing_keyed")
        return
    at_once = call.desk.pause(user, reason, By.CODE)
    await call.say("desk_paused" if at_once else "desk_pause_later")


async def _resume(call: DeskCall, user: CounsellorId, _: str | None) -> None:
    ended = call.desk.resume(user, By.CODE)
    await call.say(*_missed(ended), "desk_resumed")


async def _sign_out(call: DeskCall, user: CounsellorId, _: str | None) -> None:
    call.desk.sign_out(user, By.CODE)
    await call.say("desk_signed_out")


async def _dispose(call: DeskCall, user: CounsellorId, choice: str | None) -> None:
    asked = call.desk.dispositions(user)
    options = _keys(asked)
    chosen = options.get(choice) if choice is not None else None
    chosen = chosen or await call.choice(_questions(asked), options)
    if chosen is None:
        await call.say("desk_nothing_keyed")
        return
    call.desk.dispose(user, chosen)
    await call.say("desk_noted")


async def _urgent(call: DeskCall, user: CounsellorId, _: str | None) -> None:
    await call.desk.assess_urgent(user)
    await call.say("desk_urgent")


async def _callbacks(call: DeskCall, user: CounsellorId, _: str | None) -> None:
    await worklist(call, user)


async def ask_disposition(
    party: Party, language: Language, asked: Sequence[Disposition]
) -> Disposition | None:
    """Ask a counsellor whose caller has hung up; None where they do not say, or go."""
    options = _keys(asked)
    question = Question(options=options, timeout_s=ANSWER_S, retries=0)
    prompts = [Prompt(id=name, language=language) for name in _questions(asked)]
    match await ask(party, question, prompts, lambda _: prompts, party.gone):
        case Chosen(value=said):
            return said
        case NoAnswer() | NoMatch():
            return None


def _keys(asked: Sequence[Disposition]) -> Mapping[str, Disposition]:
    """The key of each; the same on every line, whatever it asks for."""
    return {key: each for key, each in DISPOSITION_KEYS.items() if each in asked}


def _questions(asked: Sequence[Disposition]) -> list[str]:
    """The prompts that ask, in the order of the keys."""
    return [f"desk_note_{each}" for each in _keys(asked).values()]


def _missed(ended: PauseReason | None) -> list[str]:
    """Who was paused for not answering is told so, the next time that they are spoken to."""
    return ["desk_was_no_answer"] if ended is PauseReason.NO_ANSWER else []


_DEEDS: Mapping[Wish, Callable[[DeskCall, CounsellorId, str | None], Awaitable[None]]] = {
    Wish.PAUSE: _pause,
    Wish.RESUME: _resume,
    Wish.SIGN_OUT: _sign_out,
    Wish.DISPOSITION: _dispose,
    Wish.URGENT: _urgent,
    Wish.CALLBACKS: _callbacks,
}
