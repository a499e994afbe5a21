"""Whether a caller who hangs up in the line is called back, and whether they may be told so."""

from ivr.domain.call import Facts, Outcome
from ivr.domain.destination import own_number
from ivr.domain.policy import OnAbandon
from ivr.domain.service import ServiceLine

# How a call ends that was cut off in the line, whoever or whatever did it. Who is turned away
# hung up on hearing why they cannot wait: who heard more than that is assured no longer.
_IN_THE_LINE = frozenset(
    {
        Outcome.ABANDONED_QUEUE,
        Outcome.CARRIER_RELEASED,
        Outcome.GHOST,
        Outcome.TURNED_AWAY,
        Outcome.FALLBACK,
        Outcome.LOST,
    }
)


def may_be_assured(line: ServiceLine, facts: Facts) -> bool:
    """Whether it is true for this caller that who hangs up in the line is called back.

    Not for one whom we have called: they call from no number.
    """
    keeps = line.waiting.on_abandon is OnAbandon.CALLBACK and line.callback.enabled
    return keeps and facts.callback is None and own_number(facts) is not None


def number_left(facts: Facts, outcome: Outcome) -> str | None:
    """The number (E.164) at which a caller who left the line is called back; None: they are not.

    By what they were told, whatever the line is set to by now; not where their next call has
    their place already.
    """
    told = facts.assured and facts.joined is not None and facts.replaced_by is None
    return own_number(facts) if told and outcome in _IN_THE_LINE else None
