"""What a caller lives through, in the caller's order."""

from collections.abc import Awaitable, Callable, Mapping

from ivr.domain.call import Outcome, SceneName
from ivr.scenes.busy import busy, busy_notice
from ivr.scenes.callback import budget_end, callback, farewell
from ivr.scenes.calling_back import dialling, greeting
from ivr.scenes.closed import closed, closed_notice, closed_offer
from ivr.scenes.conference import conference
from ivr.scenes.consulting import consulting
from ivr.scenes.held import held
from ivr.scenes.limit import limit
from ivr.scenes.number import number, read_back
from ivr.scenes.outside import outside
from ivr.scenes.reception import language, notices, topic, unknown_number
from ivr.scenes.returning import returning
from ivr.scenes.talking import connecting, talking
from ivr.scenes.urgency import urgency
from ivr.scenes.waiting import waiting
from ivr.stage import Call, Desk

Scene = Callable[[Call, Desk], Awaitable[SceneName | Outcome]]

SCENES: Mapping[SceneName, Scene] = {
    SceneName.LANGUAGE: language,
    SceneName.NOTICES: notices,
    SceneName.TOPIC: topic,
    SceneName.URGENCY: urgency,
    SceneName.WAITING: waiting,
    SceneName.LIMIT: limit,
    SceneName.CALLBACK: callback,
    SceneName.NUMBER: number,
    SceneName.READ_BACK: read_back,
    SceneName.BUDGET_END: budget_end,
    SceneName.FAREWELL: farewell,
    SceneName.DIALLING: dialling,
    SceneName.GREETING: greeting,
    SceneName.CONNECTING: connecting,
    SceneName.TALKING: talking,
    SceneName.HELD: held,
    SceneName.CONSULTING: consulting,
    SceneName.CONFERENCE: conference,
    SceneName.OUTSIDE: outside,
    SceneName.RETURNING: returning,
    SceneName.CLOSED: closed,
    SceneName.CLOSED_NOTICE: closed_notice,
    SceneName.CLOSED_OFFER: closed_offer,
    SceneName.BUSY: busy,
    SceneName.BUSY_NOTICE: busy_notice,
    SceneName.UNKNOWN_NUMBER: unknown_number,
}
