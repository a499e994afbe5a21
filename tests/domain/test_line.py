"""The order of the line: urgent first, then first joining, and always the same."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.line import Contact, in_order
from tests.domain.lines import LINES


@given(waiting=LINES, data=st.data())
def test_the_order_does_not_depend_on_how_the_contacts_are_listed(
    waiting: list[Contact], data: st.DataObject
) -> None:
    assert in_order(data.draw(st.permutations(waiting))) == in_order(waiting)


@given(waiting=LINES)
def test_urgent_contacts_stand_before_all_others_and_equals_by_their_first_joining(
    waiting: list[Contact],
) -> None:
    order = in_order(waiting)
    for one, next_one in pairwise(order):
        assert one.urgent or not next_one.urgent
        if one.urgent is next_one.urgent:
            assert one.joined <= next_one.joined


@given(waiting=LINES)
def test_topic_and_language_give_nobody_a_better_place(waiting: list[Contact]) -> None:
    order = [(not c.urgent, c.joined, c.id) for c in in_order(waiting)]
    assert order == sorted((not c.urgent, c.joined, c.id) for c in waiting)
