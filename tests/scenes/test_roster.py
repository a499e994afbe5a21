"""What the roster keeps up as counsellors change is what looking at each of them would show."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ivr.director import Roster
from ivr.domain.call import CounsellorId
from ivr.domain.counsellor import Doing, Duty, IllegalTransition
from ivr.domain.journal import DutyEvent, DutyKind
from ivr.domain.pause import PauseReason
from ivr.domain.service import SignsIn
from tests.fakes.journal import Disk, MemoryJournal
from tests.fakes.service import counsellor, service
from tests.fakes.time import BEGIN

PEOPLE = [CounsellorId(name) for name in ("anna", "bertil", "cecilia")]
PHONES = [*PEOPLE, "c201"]
CONFIG = replace(
    service(
        counsellor("anna"),
        counsellor("bertil"),
        replace(counsellor("cecilia"), signs_in=SignsIn.WITH_CODE),
    ),
    shared_phones=("c201",),
)
STEPS = [
    "ring", "miss", "decline", "withdraw", "vanish", "talk", "release", "wrap_up", "pause",
    "resume", "sign_out", "sign_in", "phone_on", "phone_off", "soon", "later", "tomorrow",
]  # fmt: skip


@dataclass
class HandClock:
    """A clock set by hand."""

    at: datetime = BEGIN

    def now(self) -> datetime:
        return self.at

    def go(self, **by: float) -> None:
        self.at += timedelta(**by)


class Unread(MemoryJournal):
    """A journal that nobody reads."""

    def __init__(self) -> None:
        super().__init__(Disk())

    def record_duty(self, event: DutyEvent) -> None:
        """Nothing is kept."""


def do(roster: Roster, clock: HandClock, step: str, who: CounsellorId, phone: str) -> None:
    """One thing that happens to a counsellor, a phone or the clock, where it can."""
    duties, now = roster.duties, clock.now()

    def put(change: Callable[[Duty], Duty]) -> None:
        duties.put(who, change(duties[who]), DutyKind.FREE)

    steps: dict[str, Callable[[], None]] = {
        "ring": lambda: roster.ring(who),
        "miss": lambda: roster.miss(who),
        "decline": lambda: roster.decline(who),
        "withdraw": lambda: roster.withdraw(who),
        "vanish": lambda: roster.withdraw(who, rest=True),
        "talk": lambda: roster.talk(who),
        "release": lambda: roster.release(who, wrap_up_s=0),
        "wrap_up": lambda: roster.release(who, wrap_up_s=30),
        "pause": lambda: put(lambda duty: duty.pause(now, PauseReason.LUNCH)),
        "resume": lambda: put(lambda duty: duty.resume(now)),
        "sign_out": lambda: put(lambda duty: duty.sign_out(now)),
        "sign_in": lambda: put(
            lambda duty: duty.sign_in(now, phone, reachable=roster.reachable(phone))
        ),
        "phone_on": lambda: roster.phone(phone, reachable=True),
        "phone_off": lambda: roster.phone(phone, reachable=False),
        "soon": lambda: clock.go(seconds=4),
        "later": lambda: clock.go(seconds=40),
        "tomorrow": lambda: clock.go(days=1),
    }
    with suppress(IllegalTransition):
        steps[step]()


HAPPENINGS = st.tuples(st.sampled_from(STEPS), st.sampled_from(PEOPLE), st.sampled_from(PHONES))


@given(happenings=st.lists(HAPPENINGS, max_size=30))
def test_the_roster_knows_of_all_together_what_each_is_doing(
    happenings: list[tuple[str, CounsellorId, str]],
) -> None:
    clock = HandClock()
    roster = Roster(CONFIG, clock, Unread())
    roster.resume({}, reachable=frozenset(PEOPLE[:2]), talking=frozenset(), owed={})
    for happening in happenings:
        do(roster, clock, *happening)
        now = roster.catch_up()
        each = {who: roster.duties[who] for who in PEOPLE}
        here = {who: duty for who, duty in each.items() if duty.signed_in and duty.reachable}
        assert set(roster.present()) == set(here)
        assert [(who, doing) for who, _, doing in roster.at_work()] == [
            (who, duty.doing) for who, duty in here.items()
        ]
        paused = {who for who, duty in each.items() if duty.doing is Doing.PAUSED}
        assert set(roster.working()) == set(here) - paused
        assert {(a.id, a.idle_since, a.calls) for a in roster.available()} == {
            (who, duty.since, duty.calls_today(now))
            for who, duty in each.items()
            if duty.can_be_rung(now)
        }
        for phone in PHONES:
            on = [who for who, duty in each.items() if duty.account == phone]
            assert roster.at(phone) == (on[0] if on else None)
        next_by_each = [at for duty in each.values() if (at := duty.next_change(now))]
        at = roster.next_change(now)
        assert at is None or at > now
        assert all(at is not None and at <= each for each in next_by_each)
        if at is not None and at not in next_by_each:  # the day in Finland ends
            assert (at + timedelta(hours=2)).time() == datetime.min.time()


def test_everybody_on_a_dialling_phone_is_left_in_peace_for_so_long() -> None:
    roster = Roster(CONFIG, HandClock(), Unread())
    roster.resume({}, reachable=frozenset(PEOPLE[:2]), talking=frozenset(), owed={})
    with roster.dialling("anna"), roster.dialling("anna"):
        assert [each.id for each in roster.available()] == [PEOPLE[1]]
    assert {each.id for each in roster.available()} == set(PEOPLE[:2])


def test_who_is_present_is_the_same_object_until_it_changes() -> None:
    roster = Roster(CONFIG, HandClock(), Unread())
    roster.resume({}, reachable=frozenset(PEOPLE[:2]), talking=frozenset(), owed={})
    present, working = roster.present(), roster.working()
    roster.ring(PEOPLE[0])
    roster.talk(PEOPLE[0])
    roster.release(PEOPLE[0], wrap_up_s=0)
    assert roster.present() is present
    assert roster.working() is working
    roster.phone("anna", reachable=False)
    assert roster.present() is not present
    assert set(roster.working()) == {PEOPLE[1]}
