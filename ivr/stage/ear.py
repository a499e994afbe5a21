"""When somebody speaks at the other end of a channel, and whether they have answered us."""

import asyncio

from ivr.domain.answering import Voice, answers
from ivr.ports import VoiceBegan, VoiceEnded


class Ear:
    """What the switch tells of one channel's voice; nothing where it was not asked to listen.

    `answered` is set, once, when something was said to the question that was over at `asked`
    (event loop time; None: nothing has been asked yet).
    """

    def __init__(self) -> None:
        self.voice = Voice()
        self.asked: float | None = None
        self._loop = asyncio.get_running_loop()
        self.answered: asyncio.Future[None] = self._loop.create_future()
        self._changed: asyncio.Future[None] = self._loop.create_future()

    def take(self, event: VoiceBegan | VoiceEnded) -> None:
        """Somebody begins to speak, or has fallen silent."""
        if isinstance(event, VoiceBegan):
            self.voice = self.voice.begin()
        else:
            self.voice = self.voice.end(self._loop.time() - event.ago_s, event.lasted_s)
        answered = self.asked is not None and answers(self.voice, self.asked)
        if answered and not self.answered.done():
            self.answered.set_result(None)
        if not self._changed.done():
            self._changed.set_result(None)

    def change(self) -> asyncio.Future[None]:
        """A future that is done at the next event."""
        if self._changed.done():
            self._changed = self._loop.create_future()
        return self._changed
