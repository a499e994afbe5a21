"""What a prompt says, as words to be read: the same words that its clips speak."""

import re
from collections.abc import Mapping

from ivr.domain import phrase
from ivr.domain.call import Language
from ivr.domain.number import groups
from ivr.domain.phrase import Digits, Slot, TopicName
from ivr.domain.service import Service

_SLOT = re.compile(r"\{([a-z_]+)\}")


def worded(service: Service, language: Language, prompt: str, slots: Mapping[str, Slot]) -> str:
    """The text of a prompt with its slots filled. Raises KeyError for one that is not there.

    Numbers are in figures, in the groups in which they are read out.
    """
    text = service.prompts[language][prompt].replace("{region}", service.region[language])
    return _SLOT.sub(lambda gap: _words(service, language, slots[gap[1]]), text)


def _words(service: Service, language: Language, slot: Slot) -> str:
    match slot:
        case Digits(number):
            return " ".join(groups(number))
        case TopicName(topic):
            return service.topics[topic].name[language]
        case _:
            texts = phrase.grammar(language)
            return " ".join(texts[clip].rstrip(".,") for clip in phrase.clips(slot, language))
