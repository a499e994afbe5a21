"""What `make chaos` plans and claims: its faults follow from the seed, and its checks can fail."""

from collections import Counter
from dataclasses import replace
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.chaos.checks import CHECKS, losses
from tests.chaos.evidence import (
    CallbackRow,
    CallerLog,
    CallRow,
    DialledLog,
    End,
    Evidence,
    Happened,
    Leftovers,
    Spell,
    Struck,
)
from tests.chaos.faults import KINDS, Fault, plan

SEEDS = st.integers(min_value=0, max_value=2**32)
HITS = {kind.fault: kind.hits for kind in KINDS}


@given(SEEDS)
def test_a_seed_gives_the_same_faults_again(seed: int) -> None:
    assert plan(seed, 600) == plan(seed, 600)


@given(SEEDS)
def test_faults_that_hit_the_same_part_never_overlap_and_all_end_in_time(seed: int) -> None:
    planned = plan(seed, 600)
    assert all(each.ends_s < 600 for each in planned)
    for n, each in enumerate(planned):
        for later in planned[n + 1 :]:
            if HITS[each.fault] & HITS[later.fault]:
                assert later.at_s >= each.ends_s


@given(SEEDS)
def test_there_is_never_a_long_time_without_a_fault(seed: int) -> None:
    planned = plan(seed, 600)
    assert planned[0].at_s < 10
    over = accumulate((each.ends_s for each in planned), max)
    assert all(later.at_s - ended < 20 for ended, later in zip(over, planned[1:], strict=False))
    assert len(planned) > 600 / 15


def test_ten_minutes_have_most_kinds_of_faults_and_three_seeds_have_all() -> None:
    each = [Counter(p.fault for p in plan(seed, 600)) for seed in (1, 2, 3)]
    assert all(len(faults) > len(Fault) * 0.8 for faults in each)
    assert set().union(*each) == set(Fault)


# --- the checks ------------------------------------------------------------------------

NUMBER, BEHIND = "+358401000001", "+358401000002"
LINE = "+358291000001"


def scenes(*entered: tuple[float, str]) -> list[Happened]:
    return [Happened(kind="scene", at=at, scene=scene) for at, scene in entered]


def served(**changed: object) -> CallRow:
    """A caller who joined at 10, was rung for at 30, connected at 33, and hung up at 40."""
    row = CallRow(
        id="n1-1",
        number=NUMBER,
        line="free",
        topic="families",
        language="fi",
        arrived=1.0,
        joined=10.0,
        connected=33.0,
        answered=33.1,
        ended=40.0,
        outcome="served",
        events=[
            *scenes((2.0, "language"), (10.0, "waiting"), (32.0, "connecting"), (33.0, "talking")),
            Happened(kind="ringing", at=30.0, scene="waiting"),
        ],
    )
    return replace(row, **changed)  # type: ignore[arg-type]


def waited(**changed: object) -> CallRow:
    """One who joined at 12, and left at 50."""
    row = CallRow(
        id="n1-2",
        number=BEHIND,
        line="free",
        topic="families",
        language="fi",
        arrived=3.0,
        joined=12.0,
        ended=50.0,
        outcome="abandoned_queue",
        events=scenes((4.0, "language"), (12.0, "waiting")),
    )
    return replace(row, **changed)  # type: ignore[arg-type]


def caller(**changed: object) -> CallerLog:
    log = CallerLog(
        name="c1",
        number=NUMBER,
        dialled=LINE,
        began=1.0,
        ended=40.0,
        end=End.OWN,
        status=200,
        taken=1.1,
        answered=33.2,
        heard=[(2.0, "fi/lang_choice")],
    )
    return replace(log, **changed)  # type: ignore[arg-type]


def behind(**changed: object) -> CallerLog:
    log = caller(
        name="c2", number=BEHIND, began=3.0, taken=3.1, ended=50.0, answered=None, status=0
    )
    return replace(log, **changed)  # type: ignore[arg-type]


def evidence(**changed: object) -> Evidence:
    sound = Evidence(
        callers=[caller(), behind()],
        calls=[served(), waited()],
        callbacks=[],
        free_numbers=frozenset({LINE}),
    )
    return replace(sound, **changed)  # type: ignore[arg-type]


def found(doctored: Evidence) -> set[str]:
    """The checks that found something."""
    return {name for name, lost in losses(doctored).items() if lost}


def test_sound_evidence_is_believed() -> None:
    assert found(evidence()) == set()


ASTERISK_DIED = Struck(
    fault=Fault.ASTERISK_KILLED, began=20.0, ended=22.0, back=24.0, on_the_line=2
)
KEPT = CallbackRow(id="n1-2", number=BEHIND, status="waiting")
SAVED = [(45.0, "sv/callback_saved_next.1")]
ONE_CALL = DialledLog(number=BEHIND, began=60.0, ended=70.0, answered=True)
TALKED = served(id="n1-back", number=BEHIND, callback="n1-2", connected=65.0, ended=70.0)

URGENT = Happened(kind="urgent", at=9.0, scene="urgency")

KILLED = replace(ASTERISK_DIED, fault=Fault.KILLED)
BRIEF = behind(began=19.95, taken=19.96, ended=23.0)

DOCTORED = {
    "arrivals = outcomes": [
        evidence(calls=[served()], callers=[caller(), replace(BRIEF, ended=25.0)], struck=[KILLED]),
        evidence(calls=[served()], callers=[caller(), replace(BRIEF, began=19.0)], struck=[KILLED]),
        evidence(calls=[served()]),
        evidence(calls=[served(), waited(outcome=None, ended=None)]),
        evidence(calls=[served(), waited(), waited(id="n1-3")]),
        evidence(calls=[served(), waited(), waited(id="n1-3", number="+358401000009")]),
        evidence(calls=[served(), waited(), waited(id="n1-3", number=None)]),
        evidence(callers=[caller(), behind(), behind(name="c3", number=None)]),
        evidence(callers=[caller(), behind(end=End.REFUSED, status=480)], calls=[served()]),
    ],
    "outcomes are what callers saw": [
        evidence(callers=[caller(), behind(end=End.BYE)]),
        evidence(callers=[caller(), behind(end=End.REFUSED, status=480)]),
        evidence(calls=[served(outcome="lost"), waited()]),
        evidence(calls=[served(answered=None), waited()]),
        evidence(callers=[caller(answered=None, end=End.BYE), behind()]),
    ],
    "every promise spoken is a row": [
        evidence(callers=[caller(), behind(heard=SAVED)]),
        evidence(
            calls=[
                served(),
                waited(events=[Happened(kind="callback_requested", at=44.0, scene="callback")]),
            ]
        ),
    ],
    "nobody called twice": [
        evidence(dialled=[ONE_CALL]),
        evidence(
            dialled=[ONE_CALL, replace(ONE_CALL, began=80.0, ended=81.0)],
            calls=[served(), waited(), TALKED],
            callbacks=[replace(KEPT, attempts=[(60.0, "reached"), (80.0, None)])],
        ),
        evidence(
            dialled=[ONE_CALL, replace(ONE_CALL, began=65.0)],
            callbacks=[replace(KEPT, attempts=[(60.0, "failed"), (65.0, "reached")])],
        ),
    ],
    "served in order": [evidence(calls=[served(joined=13.0), waited()])],
    "no gap over 2 s while waiting": [
        evidence(callers=[caller(), behind(gaps=[Spell(began=20.0, ended=22.1)])]),
        evidence(callers=[caller(gaps=[Spell(began=30.5, ended=33.1)]), behind()]),
    ],
    "nobody pays before a counsellor talks": [
        evidence(callers=[caller(answered=20.0), behind()]),
        evidence(
            callers=[caller(), behind(answered=45.0)], calls=[served(), waited(answered=45.0)]
        ),
    ],
    "nothing left over": [
        evidence(left=left)
        for left in (
            Leftovers(channels=["1"]),
            Leftovers(bridges=["1"]),
            Leftovers(backlog=1),
            Leftovers(set_aside=1),
            Leftovers(tasks=20, tasks_at_rest=10),
            Leftovers(handles={"controller": 30}, handles_at_rest={"controller": 20}),
        )
    ],
    "nothing failed unforeseen": [
        evidence(left=Leftovers(complaints=[(1.0, "task.failed")])),
        evidence(calls=[served(), waited(events=[Happened(kind="fault", at=4.0, scene="topic")])]),
        evidence(struck=[replace(ASTERISK_DIED, fault=Fault.KILLED, back=float("nan"))]),
    ],
}


@pytest.mark.parametrize("name", CHECKS)
def test_each_check_finds_its_loss_in_doctored_evidence(name: str) -> None:
    assert DOCTORED[name]
    for doctored in DOCTORED[name]:
        assert name in found(doctored)


INNOCENT = {
    "who came as the controller died and left before it was back is unknown": evidence(
        calls=[served()], callers=[caller(), BRIEF], struck=[KILLED]
    ),
    "who died with Asterisk may be unknown or lost": evidence(
        struck=[ASTERISK_DIED],
        callers=[caller(ended=21.0, answered=None, end=End.SILENT), behind(ended=21.0)],
        calls=[waited(outcome="lost", ended=21.0)],
    ),
    "who is frozen is told of no prompt's end": evidence(
        left=Leftovers(complaints=[(21.0, "party.playback_overdue ")]),
        struck=[replace(ASTERISK_DIED, fault=Fault.FROZEN)],
    ),
    "a promise that is a row": evidence(callers=[caller(), behind(heard=SAVED)], callbacks=[KEPT]),
    "one call for one attempt": evidence(
        dialled=[ONE_CALL],
        calls=[served(), waited(), TALKED],
        callbacks=[replace(KEPT, attempts=[(60.0, "reached")])],
    ),
    "urgent ones go first": evidence(
        calls=[served(joined=13.0, events=[*served().events, URGENT]), waited()]
    ),
    "of another topic": evidence(calls=[served(joined=13.0, topic="adults"), waited()]),
    "whose phone rings is not passed over": evidence(
        calls=[
            served(joined=13.0),
            waited(events=[*waited().events, Happened(kind="ringing", at=29.0, scene="waiting")]),
        ]
    ),
    "silence in a menu": evidence(callers=[caller(gaps=[Spell(began=3.0, ended=9.0)]), behind()]),
    "silence of the machine itself": evidence(
        callers=[caller(), behind(gaps=[Spell(began=20.0, ended=22.1)])],
        stalls=[Spell(began=20.1, ended=22.0)],
    ),
}


@pytest.mark.parametrize("innocent", INNOCENT.values(), ids=INNOCENT)
def test_no_check_accuses_the_innocent(innocent: Evidence) -> None:
    assert found(innocent) == set()
