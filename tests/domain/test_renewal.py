"""What becomes of lines, topics and counsellors that another configuration does not have."""

from dataclasses import replace

from ivr.domain.call import LineId, TopicId
from ivr.domain.counsellor import Duty
from ivr.domain.renewal import as_known, leaving, staying, still_needed, topic_served
from tests.fakes.service import ADULTS, FAMILIES, counsellor, facts, service
from tests.fakes.time import BEGIN

NOW = service()
FREE, PAID = LineId("free"), LineId("paid")
OUT = Duty.begin(BEGIN)
FREE_NOW = OUT.sign_in(BEGIN, "anna", reachable=True)
ANNA = counsellor("anna")


def test_a_line_may_go_that_nobody_is_on_and_nobody_is_to_be_called_back_by() -> None:
    then = replace(NOW, lines=NOW.lines[1:])
    assert still_needed(NOW, then, {PAID}) == ()
    assert still_needed(NOW, then, {FREE, PAID}) == (FREE,)
    assert still_needed(NOW, NOW, {FREE, PAID}) == ()


def test_a_topic_that_is_no_more_is_the_general_one_of_its_line_if_there_is_one() -> None:
    gone = TopicId("of_old")
    assert topic_served(ADULTS, FREE, NOW) == ADULTS
    assert topic_served(gone, FREE, NOW) == FAMILIES
    assert topic_served(gone, LineId("of_old"), NOW) == gone
    call = facts(NOW.lines[0])
    assert as_known(call, NOW) is call
    assert as_known(replace(call, topic=gone), NOW).topic == FAMILIES


def test_who_goes_is_signed_out_and_so_is_who_was_on_a_phone_that_was_their_own() -> None:
    people, duties = {ANNA.id: ANNA}, {ANNA.id: FREE_NOW}
    moved = {ANNA.id: replace(ANNA, account="other")}
    assert leaving(people, {}, duties) == {ANNA.id}
    assert leaving(people, moved, duties) == {ANNA.id}
    assert leaving(people, people, duties) == frozenset()
    assert leaving(people, {}, {ANNA.id: OUT}) == frozenset()
    elsewhere = {ANNA.id: OUT.sign_in(BEGIN, "c201", reachable=True)}
    assert leaving(people, moved, elsewhere) == frozenset()


def test_who_goes_in_the_middle_of_a_call_stays_for_that_and_can_do_nothing_else() -> None:
    people = {ANNA.id: ANNA}
    assert staying(people, {}, {ANNA.id: FREE_NOW}) == []
    (stays,) = staying(people, {}, {ANNA.id: FREE_NOW.ring(BEGIN)})
    assert (stays.id, stays.account, stays.topics, stays.languages) == (ANNA.id, None, {}, {})
