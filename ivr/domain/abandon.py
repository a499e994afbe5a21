"""Who is called back, or may be, though they did not ask: they were cut off in the line."""

from ivr.domain.call import Facts, Outcome, SceneName
from ivr.domain.destination import own_number
from ivr.domain.policy import OnAbandon, OnCutOff
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

# Where a caller in the line may be when Asterisk dies, without having been told to call later.
_WAITS = frozenset(
    {
        SceneName.WAITING,
        SceneName.CALLBACK,
        SceneName.NUMBER,
        SceneName.READ_BACK,
        SceneName.BUDGET_END,
        SceneName.CONNECTING,
        SceneName.RETURNING,
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


def candidate(line: ServiceLine, facts: Facts, outcome: Outcome) -> str | None:
    """The number (E.164) of a caller whom the end of Asterisk cut off while they waited.

    People decide whether to call it: the caller had not been told that somebody would. None:
    they are not asked.
    """
    allowed = line.waiting.on_cut_off is OnCutOff.CANDIDATE and line.callback.enabled
    waited = facts.joined is not None and facts.scene in _WAITS and facts.replaced_by is None
    cut_off = outcome is Outcome.LOST and waited and facts.callback is None
    return own_number(facts) if allowed and cut_off and not facts.assured else None
