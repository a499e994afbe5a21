"""Whether counsellors, their phones and the numbers by which they are reached fit together."""

import re
from collections.abc import Iterator

from ivr.adapters.numbering import may_be_transferred_to
from ivr.config.message import told
from ivr.config.naming import NO_TOPIC, repeated, skills, twice, unknown
from ivr.config.problem import Problem
from ivr.config.source import Node
from ivr.domain.number import dialled_form
from ivr.domain.service import SignsIn

_EMERGENCY = "112"
_NUMBER = re.compile(r"[0-9]{2,5}")


def contradictions(staff: Node, lines_file: Node) -> Iterator[Problem]:
    """Everything in counsellors.yaml that names what is not there, or twice."""
    counsellors = staff["counsellors"]
    yield from _accounts(staff)
    yield from _numbers(counsellors, lines_file["outside_numbers"])
    for _, counsellor in counsellors.entries():
        yield from _way_to_work(counsellor)
        for topic, place in skills(counsellor["topics"]):
            yield from unknown(topic, place, lines_file["topics"], NO_TOPIC)
        yield from repeated(counsellor["topics"])
        yield from repeated(counsellor["languages"])


def outside_numbers(lines_file: Node) -> Iterator[Problem]:
    """Numbers of `outside_numbers` to which no call may be transferred."""
    own = {
        dialled_form(number): name
        for name, line in lines_file["lines"].entries()
        for number, _ in line["numbers"].words()
    }
    outside = lines_file["outside_numbers"]
    yield from repeated(outside)
    for text, node in outside.words():
        number = dialled_form(text)
        if number in own:
            yield node.problem(
                "{text} is the line {line!r}; calls go there by a topic, so leave it out",
                text=text,
                line=own[number],
            )
        elif number and not may_be_transferred_to(text):
            yield node.problem(
                "no call may be transferred to {text}: an emergency, premium or other short"
                " number; write a subscriber's number",
                text=text,
            )


def _accounts(staff: Node) -> Iterator[Problem]:
    counsellors = staff["counsellors"]
    own = [
        (account, entry["account"])
        for _, entry in counsellors.entries()
        if (account := entry["account"].text) is not None
    ]
    for account, node, first in twice(own):
        yield node.problem(
            "the account {account!r} is {owner!r}'s already; each counsellor has their own",
            account=account,
            owner=first.loc[1],
        )
    yield from repeated(staff["shared_phones"])
    owners = {account: node.loc[1] for account, node in own}
    shared = list(staff["shared_phones"].words())
    for account, node in shared:
        if account in owners:
            yield node.problem(
                "the account {account!r} is {owner!r}'s own; take it away from one",
                account=account,
                owner=owners[account],
            )
    if list(counsellors.entries()) and not own and not shared:
        yield counsellors.key_problem(
            "nobody has a phone; give the counsellors an account, or write shared_phones"
        )


def _way_to_work(counsellor: Node) -> Iterator[Problem]:
    without_code = counsellor["signs_in"].value in {None, SignsIn.WITH_PHONE.value}
    if counsellor.value and counsellor["account"].value is None and without_code:
        yield counsellor.key_problem(
            "the key 'account' is missing: the SIP account of the counsellor's phone;"
            " write it, or signs_in: with_code"
        )


def _numbers(counsellors: Node, outside: Node) -> Iterator[Problem]:
    numbers = [
        (str(entry["number"].value), entry["number"])
        for _, entry in counsellors.entries()
        if _NUMBER.fullmatch(str(entry["number"].value))
    ]
    for number, node, first in twice(numbers):
        yield node.problem(
            "the number {number} is {owner!r}'s already; each counsellor has their own",
            number=number,
            owner=first.loc[1],
        )
    codes = {number: told("{owner!r}'s", owner=node.loc[1]) for number, node in numbers}
    codes |= {dialled_form(text): told("an outside number") for text, _ in outside.words()}
    for number, node in numbers:
        if number == _EMERGENCY:
            yield node.problem("112 is the emergency number; give the counsellor another")
        longer = next((c for c in codes if c.startswith(number) and c != number), None)
        if longer is not None:
            yield node.problem(
                "the number {longer}, {whose}, begins with {number}; whoever keys that in"
                " in a hurry reaches the wrong one, so change one of the two",
                longer=longer,
                whose=codes[longer],
                number=number,
            )
