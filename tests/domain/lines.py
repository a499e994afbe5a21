"""Lines and teams for hypothesis: few instants, topics and levels, so that ties occur."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from ivr.domain.call import CallId, CounsellorId, Language, TopicId
from ivr.domain.line import Available, Contact, Led, Skills
from ivr.domain.policy import Distribution, Routing

NINE = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
TOPICS = [TopicId("families"), TopicId("disability"), TopicId("adults")]
PEOPLE = [CounsellorId(f"c{n}") for n in range(8)]
LEVELS = st.integers(1, 3)

INSTANTS = st.integers(0, 5).map(lambda minutes: NINE + timedelta(minutes=minutes))
LED_AT = st.integers(5, 12).map(lambda minutes: NINE + timedelta(minutes=minutes))
# From the first joining to well after every overflow.
NOWS = st.integers(5, 15).map(lambda minutes: NINE + timedelta(minutes=minutes))
SKILLS = st.builds(
    Skills,
    topics=st.dictionaries(st.sampled_from(TOPICS), LEVELS),
    languages=st.dictionaries(st.sampled_from(Language), LEVELS),
)
CONTACTS = st.builds(
    Contact,
    id=st.integers(0, 999).map(lambda n: CallId(f"n1-{n}")),
    topic=st.sampled_from(TOPICS),
    language=st.sampled_from(Language),
    joined=INSTANTS,
    urgent=st.booleans(),
    wanted=st.none() | st.sampled_from(PEOPLE),
    led=st.none() | st.builds(Led, by=st.sampled_from(PEOPLE), at=LED_AT),
)
COUNSELLORS = st.builds(
    Available,
    id=st.sampled_from(PEOPLE),
    skills=SKILLS,
    idle_since=INSTANTS,
    calls=st.integers(0, 2),
    order=st.integers(0, 7),
)
AFTER_S = st.none() | st.sampled_from([0.0, 60.0, 300.0])
ROUTINGS = st.dictionaries(
    st.sampled_from(TOPICS),
    st.builds(
        Routing,
        distribution=st.sampled_from(Distribution),
        ring_most=st.integers(1, 4),
        overflow_after_s=AFTER_S,
        overflow_topic=st.none() | st.sampled_from(TOPICS),
        anyone_after_s=AFTER_S,
    ),
)
LINES = st.lists(CONTACTS, unique_by=lambda contact: contact.id, max_size=8)
TEAMS = st.lists(COUNSELLORS, unique_by=lambda counsellor: counsellor.id, max_size=6)
EVERYONE = st.dictionaries(st.sampled_from(PEOPLE), SKILLS)


def routing_of(routings: dict[TopicId, Routing], contact: Contact) -> Routing:
    """How the contact's topic is routed; a topic of which nothing is said is plain."""
    return routings.get(contact.topic, Routing())
