"""A call told while it goes on: what its messages mean, which prompts are heard, how it ended."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from ivr.phone.heard import Heard
from ivr.phone.phone import Ending, PhoneCall
from ivr.phone.repertoire import RATE

Say = Callable[[float, str], None]
"""Takes seconds since the call began, and a line of text."""

_MEANINGS: Final = {
    180: "180 Ringing (not answered: nothing is charged)",
    183: "183 Session Progress (not answered: nothing is charged)",
    200: "200 OK: answered, charging begins",
}
_FIGURE: Final = re.compile(r"digit(?:_end)?/(\d)|plus")
_FIGURE_PAUSE_S: Final = 1.5  # a number is read out in groups
_CAUSE: Final = re.compile(r"Q\.850;cause=(\d+)")
_CAUSES: Final = {  # ITU-T Q.850, those that a caller meets
    "16": "normal clearing",
    "17": "user busy",
    "18": "no user responding",
    "19": "no answer",
    "21": "call rejected",
    "31": "normal, unspecified",
    "34": "no circuit available",
    "38": "network out of order",
    "41": "temporary failure",
    "127": "interworking",
}


class ToldMessages:
    """Says what the responses to our INVITE mean, each once."""

    def __init__(self, call: PhoneCall, say: Say) -> None:
        self._call = call
        self._say = say
        self._told = 0

    def tell(self) -> None:
        """Say what has come since the last time."""
        news = self._call.messages[self._told :]
        self._told += len(news)
        for message in news:
            meaning = _MEANINGS.get(message.status)
            if meaning and message.cseq_method == "INVITE" and not message.sent:
                self._say(message.at - self._call.began, meaning)


class ToldPrompts:
    """Says which prompts are heard, each once; a number that is read out in one line.

    `texts` has the text of a clip by its name, such as `fi/welcome`.
    """

    def __init__(self, call: PhoneCall, texts: Mapping[str, str], say: Say) -> None:
        self._call = call
        self._texts = texts
        self._say = say
        self._told = 0
        self._figures: list[str] = []

    def tell(self) -> None:
        """Say what has been heard since the last time."""
        transcript = self._call.hearing.transcript()
        for place in range(self._told, len(transcript)):
            self._tell(transcript[place], transcript[place - len(self._figures)])
        self._told = len(transcript)
        if self._figures and self._number_is_out(transcript[-1]):
            self._tell_number(transcript[-len(self._figures)])

    def _tell(self, heard: Heard, first_figure: Heard) -> None:
        if figure := _FIGURE.fullmatch(heard.clip):
            self._figures.append(figure[1] or "+")
            return
        if self._figures:
            self._tell_number(first_figure)
        text = next((f'  "{self._texts[n]}"' for n in heard.names if self._texts.get(n)), "")
        language = f"{heard.language} " if heard.language else ""
        self._say(heard.started_at_s, f"{language}{heard.clip}{text}")

    def _tell_number(self, first: Heard) -> None:
        number = " ".join(self._figures)
        self._figures = []
        self._say(first.started_at_s, f"{first.language} number  {number}")

    def _number_is_out(self, last: Heard) -> bool:
        quiet_s = len(self._call.pcm) / RATE - last.started_at_s - last.seconds_heard
        return quiet_s > _FIGURE_PAUSE_S or self._call.ending is not None


def said_end(ending: Ending) -> str:
    """How the call ended, in words."""
    by = "by this phone" if ending.by_us else "by the other side"
    if ending.status:
        return f"ended {by}: {ending.status} {ending.reason}"
    cause = _CAUSE.search(ending.reason)
    why = f"cause {cause[1]}, {_CAUSES.get(cause[1], 'see Q.850')}" if cause else ending.reason
    return f"ended {by}: {why}" if why else f"ended {by}"
