"""What a new connection makes of what it finds: who has come, who talks, and who is owed a rest."""

from collections.abc import Iterable, Mapping

from ivr.domain.call import TALK_SCENES, ChannelId, CounsellorId, Facts
from ivr.domain.recovery import Adopt, Found
from ivr.domain.service import Service
from ivr.ports import Arrived


def talking(
    adopted: Iterable[Adopt], channels: Mapping[ChannelId, Found]
) -> frozenset[CounsellorId]:
    """The counsellors and colleagues whose leg is on the air, by the facts of its call."""
    found = set()
    for action in adopted:
        facts = action.facts
        if action.leg is not None and facts.counsellor is not None:
            found.add(facts.counsellor)
        leg = channels.get(facts.colleague_leg) if facts.colleague_leg is not None else None
        if leg is not None and leg.up and facts.colleague is not None:
            found.add(facts.colleague)
    return frozenset(found)


def owed(service: Service, unfinished: Iterable[Facts]) -> Mapping[CounsellorId, float]:
    """The seconds of wrap-up after these calls, for those who talked in them."""
    wrap_up: dict[CounsellorId, float] = {}
    for facts in unfinished:
        topic = service.topics.get(facts.topic) if facts.topic is not None else None
        if topic is None or facts.scene not in TALK_SCENES:
            continue
        for counsellor in (facts.counsellor, facts.colleague):
            if counsellor is not None:
                wrap_up[counsellor] = topic.routing.wrap_up_s
    return wrap_up


def arrival(found: Found) -> Arrived:
    """What the switch would have said of this channel when it came."""
    return Arrived(
        channel=found.channel,
        dialled=found.dialled,
        caller=found.caller,
        hidden=found.hidden,
        since=found.since,
        up=found.up,
    )
