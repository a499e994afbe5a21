"""Whether the text of a prompt has the slots that it must have, and no other."""

from ivr.domain.prompts import OPENING, REQUIRED_PROMPTS, SPOKEN_AT_BUILD, names_own_notice
from ivr.domain.script import Fault, FaultKind, Gap, Unspeakable, fragments


def fault(prompt: str, text: str) -> Fault | None:
    """What is wrong with the text of a prompt; None if nothing is."""
    try:
        slots = {part.slot for part in fragments(text) if isinstance(part, Gap)}
    except Unspeakable as error:
        return error.fault
    allowed = REQUIRED_PROMPTS.get(prompt, frozenset())
    possible = OPENING if names_own_notice(prompt) else allowed
    unknown = sorted(slots - possible - SPOKEN_AT_BUILD)
    if unknown:
        right = tuple(sorted(possible | SPOKEN_AT_BUILD))
        return Fault(kind=FaultKind.UNKNOWN_SLOT, found=unknown[0], possible=right)
    missing = sorted(allowed - slots)
    return Fault(kind=FaultKind.MISSING_SLOT, found=missing[0]) if missing else None
