"""What keys mean in a call, whom a call may be led to, and how long a code may take."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.call import CounsellorId, Language, TopicId
from ivr.domain.transfer import (
    Colleague,
    Complete,
    Consult,
    Directory,
    Incomplete,
    Invalid,
    Key,
    Keying,
    Match,
    Outside,
    Refusal,
    Timers,
    ToTopic,
    Transfer,
    directory,
    read_target,
    referred,
    understand,
)
from tests.fakes.service import ADULTS, DISABILITY, FAMILIES, counsellor, service

OUTSIDE = "0401112222"
KNOWN = Directory(
    numbers={"102": CounsellorId("bertil")},
    topics={"1": TopicId("families")},
    outside=frozenset({OUTSIDE}),
)
BERTIL = Colleague(counsellor=CounsellorId("bertil"))
KEYS = st.text(alphabet="0123456789*#ABCD", max_size=24)


def done(command: Key | Consult | Transfer) -> Match:
    return Complete(command=command)


def refused(why: Refusal) -> Match:
    return Invalid(why=why)


@pytest.mark.parametrize(
    ("keys", "meaning"),
    [
        ("", refused(Refusal.NO_CODE)),
        ("1", refused(Refusal.NO_CODE)),
        ("#", refused(Refusal.NO_CODE)),
        ("*", Incomplete()),
        ("*1", done(Key.HOLD)),
        ("*3", done(Key.ADD)),
        ("*4", done(Key.COMPLETE)),
        ("*5", done(Key.BACK)),
        ("*6", done(Key.URGENT)),
        ("*0", refused(Refusal.NO_CODE)),
        ("*#", refused(Refusal.NO_CODE)),
        ("*2", Incomplete()),
        ("*210", Incomplete()),
        ("*2102", Incomplete()),
        ("*2102#", done(Consult(target=BERTIL))),
        ("*7102#", done(Transfer(target=BERTIL))),
        ("*71#", done(Transfer(target=ToTopic(topic=TopicId("families"))))),
        ("*21#", refused(Refusal.NOT_ALLOWED)),
        (f"*7{OUTSIDE}#", done(Transfer(target=Outside(number=OUTSIDE)))),
        (f"*2{OUTSIDE}#", done(Consult(target=Outside(number=OUTSIDE)))),
        ("*700358401112222#", done(Transfer(target=Outside(number=OUTSIDE)))),
        ("*70409998888#", refused(Refusal.NOT_ALLOWED)),
        ("*7112#", refused(Refusal.NO_SUCH_NUMBER)),
        ("*79#", refused(Refusal.NO_SUCH_NUMBER)),
        ("*7#", refused(Refusal.NO_SUCH_NUMBER)),
        ("*7A", refused(Refusal.NO_CODE)),
        ("*7" + "1" * 15, Incomplete()),
        ("*7" + "1" * 16, refused(Refusal.NO_CODE)),
        ("*799*7102#", done(Transfer(target=BERTIL))),  # a star begins anew
        ("12*1", done(Key.HOLD)),
    ],
)
def test_what_the_keys_mean(keys: str, meaning: Match) -> None:
    assert understand(keys, KNOWN) == meaning


@given(KEYS)
def test_every_key_plan_ends_or_can_be_gone_on_with(keys: str) -> None:
    match understand(keys, KNOWN):
        case Incomplete():
            assert any(understand(keys + more, KNOWN) != Incomplete() for more in "1#")
        case Complete() | Invalid():
            pass


@given(KEYS, st.sampled_from("0123456789*#ABCD"))
def test_what_is_no_code_becomes_one_only_by_a_star(keys: str, more: str) -> None:
    if isinstance(understand(keys, KNOWN), Invalid) and more != "*":
        assert not isinstance(understand(keys + more, KNOWN), Incomplete)


@given(st.text(max_size=100))
def test_a_phone_that_asks_for_a_transfer_reaches_only_whom_keys_reach(number: str) -> None:
    match referred(number, KNOWN):
        case Complete(command=Transfer(target=target)):
            assert target in (
                BERTIL,
                ToTopic(topic=TopicId("families")),
                Outside(number=OUTSIDE),
            )
        case other:
            assert isinstance(other, Invalid)


@pytest.mark.parametrize("number", ["", "anna", "*1", "9" * 79, "102;npdi", "102 ", "+35840"])
def test_a_transfer_to_nowhere_is_refused(number: str) -> None:
    assert isinstance(referred(number, KNOWN), Invalid)


def test_an_outside_number_is_one_number_in_any_form() -> None:
    for form in ("+358 40 111 2222", "00358401112222", OUTSIDE):
        assert referred(form, KNOWN) == done(Transfer(target=Outside(number=OUTSIDE)))


def test_nobody_is_led_to_themselves_nor_to_a_topic_that_nobody_serves_in_the_language() -> None:
    config = replace(
        service(
            counsellor("anna", FAMILIES),
            counsellor("bertil", ADULTS, languages=(Language.SV,)),
            counsellor("cecilia", DISABILITY, languages=(Language.FI,)),
        ),
        outside_numbers=(OUTSIDE,),
    )
    known = directory(config, of=CounsellorId("anna"), language=Language.FI)
    assert known.numbers == {"102": "bertil", "103": "cecilia"}
    assert known.topics == {"1": FAMILIES, "2": DISABILITY}
    assert known.outside == {OUTSIDE}


@given(
    st.one_of(
        st.builds(Colleague, counsellor=st.text(min_size=1).map(CounsellorId)),
        st.builds(ToTopic, topic=st.text(min_size=1).map(TopicId)),
        st.builds(Outside, number=st.text(alphabet="0123456789", min_size=1)),
    )
)
def test_a_target_survives_in_the_facts(target: Colleague | ToTopic | Outside) -> None:
    assert read_target(str(target)) == target


@pytest.mark.parametrize("text", [None, "", "nobody", "queue:1"])
def test_what_is_no_target_is_none(text: str | None) -> None:
    assert read_target(text) is None


TIMERS = Timers(first_s=4.0, between_s=5.0, overall_s=12.0)


def test_a_code_has_a_time_for_its_first_key_for_each_next_one_and_for_all() -> None:
    keying = Keying()
    assert keying.press("5", 0.0).ends(TIMERS) is None  # before any star
    keying = keying.press("*", 1.0)
    assert keying.ends(TIMERS) == 5.0
    keying = keying.press("7", 4.0)
    assert keying.ends(TIMERS) == 9.0
    keying = keying.press("1", 8.5)
    assert (keying.keys, keying.ends(TIMERS)) == ("*71", 13.0)
    keying = keying.press("*", 10.0)
    assert (keying.keys, keying.ends(TIMERS)) == ("*", 14.0)


@given(st.lists(st.tuples(st.sampled_from("0123456789*#"), st.floats(0, 10)), max_size=30))
def test_no_code_lasts_longer_than_its_time(presses: list[tuple[str, float]]) -> None:
    keying, now = Keying(), 0.0
    for key, pause in presses:
        now += pause
        keying = keying.press(key, now)
        ends = keying.ends(TIMERS)
        if ends is not None:
            assert ends <= keying.begun + TIMERS.overall_s
            assert ends <= now + TIMERS.between_s
