"""When a scripted caller presses which key."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from ivr.phone.heard import Heard

LISTEN_S: Final = 1.0
NO_KEY: Final = "-"
_ASKS: Final = re.compile(r"\b(paina|näppäile|tryck|knappa)\b", re.IGNORECASE)


class KeyScript:
    """Each key answers one question, one second after it is first heard.

    A question is a prompt whose text asks for a key. It is the same question in both
    languages and when it is repeated, and takes one key. A key may be several,
    such as a telephone number and `#`. A dash answers nothing: the question goes by.
    """

    def __init__(self, keys: Iterable[str], texts: Mapping[str, str]) -> None:
        self._keys = list(keys)
        self._texts = texts
        self._answered = ""
        self._seen = 0

    def due(self, transcript: Sequence[Heard], now_s: float) -> str | None:
        """The key to be pressed now, `now_s` seconds into the call, if any."""
        for heard in transcript[self._seen :]:
            if self._keys and self._is_new_question(heard):
                if now_s < heard.started_at_s + LISTEN_S:
                    return None
                self._answered = heard.prompt
                self._seen += 1
                key = self._keys.pop(0)
                return None if key == NO_KEY else key
            self._seen += 1
        return None

    @property
    def left(self) -> list[str]:
        """The keys that no question has taken yet."""
        return list(self._keys)

    def _is_new_question(self, heard: Heard) -> bool:
        text = next((self._texts[name] for name in heard.names if name in self._texts), "")
        return heard.prompt != self._answered and _ASKS.search(text) is not None
