"""What a caller heard and was sent, in a form that a test can compare."""

from collections.abc import Sequence
from itertools import zip_longest

from ivr.phone.hearing import Heard
from ivr.phone.phone import PhoneCall


def prompts(call: PhoneCall) -> list[str]:
    """The prompts heard, each once however many clips it has, without music."""
    names: list[str] = []
    for heard in spoken(call):
        name = f"{heard.language}/{heard.prompt}"
        if not names or names[-1] != name:
            names.append(name)
    return names


def spoken(call: PhoneCall) -> list[Heard]:
    """The clips heard, without music."""
    return [heard for heard in call.hearing.transcript() if heard.language is not None]


def as_named(call: PhoneCall, wanted: Sequence[str]) -> list[str]:
    """The clips heard, without music; one that sounds like the one wanted there has its name.

    Clips of the same words sound alike, such as `closed_next.2` and `holiday.2`.
    """
    return [
        name if name is not None and heard.says(name) else heard.names[0]
        for heard, name in zip_longest(spoken(call), wanted)
        if heard is not None
    ]


def cut_off(call: PhoneCall) -> list[str]:
    """The prompts that were not heard from their beginning to their end."""
    return [heard.names[0] for heard in spoken(call) if not heard.complete]


def statuses(call: PhoneCall) -> list[int]:
    """The responses to the INVITE, in order, without `100 Trying`."""
    return [m.status for m in call.messages if m.cseq_method == "INVITE" and m.status > 100]


def answers(call: PhoneCall) -> int:
    """How many 200 OK to the INVITE there were."""
    return statuses(call).count(200)


def number(digits: str, language: str) -> list[str]:
    """The clips that say a number: digit by digit, the last one falling."""
    first = [f"{language}/digit/{each}" for each in digits[:-1]]
    return [*first, f"{language}/digit_end/{digits[-1]}"]
