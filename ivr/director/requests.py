"""Which requests to be called back are known, and which of them stands for which number."""

from collections.abc import Sequence

from ivr.domain.call import Facts
from ivr.domain.callback import Callback, CallbackId, Key, Status
from ivr.domain.place import Regained, place_asked


class Requests:
    """The open requests and those given up; of one number and line one at most is open."""

    def __init__(self) -> None:
        self._open: dict[Key, Callback] = {}
        self._given_up: dict[CallbackId, Callback] = {}

    @property
    def open(self) -> tuple[Callback, ...]:
        """All that are open."""
        return tuple(self._open.values())

    @property
    def known(self) -> Sequence[Callback]:
        """All that are open or were given up."""
        return [*self._open.values(), *self._given_up.values()]

    def find(self, callback: CallbackId) -> Callback | None:
        """The request, if it is open or was given up."""
        return next((each for each in self.known if each.id == callback), None)

    def open_of(self, key: Key) -> Callback | None:
        """The open request of the line and the number."""
        return self._open.get(key)

    def place_of(self, facts: Facts) -> Regained | None:
        """The place of the open request of this caller; None of one who hides the number."""
        line, number = facts.line, facts.caller.number
        if line is None or number is None or facts.caller.hidden:
            return None
        asked = self._open.get((line, number))
        return None if asked is None else place_asked(asked)

    def _meet(self, callback: Callback) -> None:
        """This is on disk; what is known of its number already comes first."""
        if callback.open:
            self._open.setdefault(callback.key, callback)
        elif callback.status is Status.UNREACHED:
            self._given_up.setdefault(callback.id, callback)

    def _put(self, callback: Callback) -> None:
        """The request is like this from now on."""
        self._given_up.pop(callback.id, None)
        if callback.open:
            self._open[callback.key] = callback
        elif self._fits(callback):
            self._open.pop(callback.key, None)
        if callback.status is Status.UNREACHED:
            self._given_up[callback.id] = callback

    def _fits(self, callback: Callback) -> bool:
        """Whether no other request of the same number and line is open."""
        known = self._open.get(callback.key)
        return known is None or known.id == callback.id
