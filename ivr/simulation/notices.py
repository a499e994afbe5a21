"""The notices of a simulated call: those that hold just now; none is made, and none ended."""

from collections.abc import Mapping
from datetime import datetime

from ivr.domain.call import Language, LineId
from ivr.domain.notice import Notice, Spoken, closures, in_force
from ivr.notice_words import notice_text
from ivr.ports import NoNotices, Utterance
from ivr.simulation.speech import Said, SimulatedSpeech

NOTICE = "notice"


class SimulatedNotices(NoNotices):
    """Implements `ivr.ports.Notices` by what is `known`, said by `speech`."""

    def __init__(self, known: Mapping[LineId, Notice], speech: SimulatedSpeech) -> None:
        self._known = known
        self._speech = speech
        self.closures = closures(known.values())

    def of(self, line: LineId, now: datetime) -> Notice | None:
        """See `ivr.ports.Notices`."""
        return in_force(self._known.get(line), now)

    def sound(self, spoken: Spoken) -> Utterance:
        """See `ivr.ports.Notices`."""
        language, words = self._of(spoken)
        said = Said(prompt=NOTICE, language=language, seconds=spoken.seconds, words=words)
        return self._speech.utterance(said)

    def _of(self, spoken: Spoken) -> tuple[Language, Mapping[Language, str]]:
        """In which language it is, and the words of its notice in all of them."""
        for notice in self._known.values():
            for language, each in notice.spoken.items():
                if each is spoken:
                    told = {lang: notice_text(one) for lang, one in notice.spoken.items()}
                    return language, told
        raise KeyError(spoken.sound)
