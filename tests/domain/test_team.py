"""What a team remembers is what would be worked out anew, whoever asks and whenever."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from hypothesis import given

from ivr.domain.call import CounsellorId, TopicId
from ivr.domain.line import Contact, Skills
from ivr.domain.policy import Routing
from ivr.domain.routing import rank, reach
from ivr.domain.team import Team
from tests.domain.lines import EVERYONE, LINES, NOWS, ROUTINGS, routing_of

Everyone = Mapping[CounsellorId, Skills]


@given(waiting=LINES, everyone=EVERYONE, routings=ROUTINGS, now=NOWS)
def test_a_team_asked_again_and_later_knows_who_can_serve_each_by_then(
    waiting: list[Contact], everyone: Everyone, routings: dict[TopicId, Routing], now: datetime
) -> None:
    team = Team(everyone, routings)
    for instant in (now, now, now + timedelta(minutes=5), None):
        for contact in waiting:
            within = reach(contact, routing_of(routings, contact), instant)
            able = {c for c, skills in everyone.items() if rank(contact, within, c, skills)}
            assert team.servers(contact, instant) == able


@given(waiting=LINES, everyone=EVERYONE, routings=ROUTINGS, now=NOWS)
def test_rivals_are_those_who_share_a_server_or_want_the_same(
    waiting: list[Contact], everyone: Everyone, routings: dict[TopicId, Routing], now: datetime
) -> None:
    team = Team(everyone, routings)
    for instant in (now, now + timedelta(minutes=5)):
        for contact in waiting:
            mine = Team(everyone, routings).servers(contact, instant)
            counted = 0
            for other in waiting:
                alike = all(
                    getattr(contact, each) == getattr(other, each)
                    for each in ("topic", "language", "wanted")
                )
                theirs = Team(everyone, routings).servers(other, instant)
                counted += alike or bool(mine & theirs)
            assert team.rivals(contact, waiting, instant) == counted
