"""How a notice is written out for somebody who reads what callers hear."""

from ivr.domain.notice import Spoken


def notice_text(spoken: Spoken) -> str:
    """Its words, as far as anybody has written them down."""
    return spoken.text or "recorded on the phone"
