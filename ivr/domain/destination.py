"""Which numbers the line may call back; the caller hears why one is refused."""

from collections.abc import Callable

from ivr.domain.call import Facts, Refused
from ivr.domain.number import FINLAND, dialled_form, normalised
from ivr.domain.service import Service, ServiceLine

Objection = Callable[[str], Refused | None]
"""What the numbering plans have against calling a number, in any form that is dialled in
Finland; None: it is a subscriber's. See `ivr.ports.Numbers`."""


def refused(
    number: str, *, line: ServiceLine, service: Service, objection: Objection
) -> Refused | None:
    """Why this line does not call the number back; None: it may."""
    why = objection(number)
    if why is not None:
        return why
    known = normalised(number)
    if known is None:
        return Refused.INVALID
    if dialled_form(known) in _ours(service):
        return Refused.OURS
    foreign = not known.startswith(f"+{FINLAND}")
    if foreign and not line.callback.foreign:
        return Refused.FOREIGN
    return None if known.startswith(service.calling_back.to) else Refused.BARRED


def own_number(facts: Facts) -> str | None:
    """The caller's number where it may be called back; never that of a hidden caller."""
    caller = facts.caller
    return None if caller.hidden or caller.unfit is not None else caller.number


def _ours(service: Service) -> frozenset[str]:
    """Every number of the service: calling one would lead back into it."""
    lines = [(*line.numbers, dialled_form(line.caller_id)) for line in service.lines]
    return frozenset(number for numbers in lines for number in numbers)
