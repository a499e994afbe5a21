"""Whether what the prompts say of the cost is true of the lines that say it.

The words are those of our prompts and the usual others; texts that say it in yet other words are
not judged, or are called doubtful.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ivr.config.problem import Problem
from ivr.config.source import Node
from ivr.domain.call import Language
from ivr.domain.policy import OnBudgetEnd
from ivr.domain.service import Charging

Texts = Mapping[Language, Mapping[str, str]]

_FREE: Final = {
    Language.FI: r"maksuton|maksutta|ilmai[ns]|veloituksetta|\b(?:ei|et|eivät) maksa",
    Language.SV: r"avgiftsfri|gratis|kostnadsfri|utan (?:kostnad|avgift)"
    r"|kosta(?:r|de) (?:det )?(?:dig )?(?:inget|ingenting)\b",
}
_PRICED: Final = {
    Language.FI: r"\bmaksat\b|\bmaksaa\b|puhelumaksu|\bmaksulli|\bhin(?:ta|nan)|\beuro|\bsent",
    Language.SV: r"\bbetala|samtalsavgift|avgiftsbelag[dt]|börjar kosta|\bpris|\beuro|\bcent\b"
    r"|\bkostar\b(?! (?:det )?(?:dig )?(?:inget|ingenting)\b)",
}

# Said to every caller of an open line before somebody answers, whatever its charging.
_TO_EVERYONE: Final = (
    *("welcome", "emergency", "lang_choice", "lang_retry", "lang_no_input", "lang_invalid"),
    *("no_input", "invalid_choice", "default_route", "urgency", "urgent_ack", "lang_switch"),
    *("queue_next", "queue_pos_1", "queue_pos_n", "queue_pos_many", "place_regained"),
    *("wait_lt5", "wait_5_10", "wait_gt10", "hold_thanks", "sorry_stay"),
)


def untrue(line: Node, texts: Texts) -> Iterator[Problem]:
    """Prompts of the line that say the opposite of its charging."""
    charging = line["charging"]
    free = charging.text != Charging.ANSWERED
    prompts = (*_TO_EVERYONE, line["topic_prompt"].text or "", *prompts_of_the_cost(line))
    for language, prompt, text in _texts(line, texts, prompts):
        says_free, says_priced = _says(_FREE, language, text), _says(_PRICED, language, text)
        if says_free and not free:
            yield charging.problem(
                "with charging: {charging} the caller pays, yet the prompt {prompt!r} in {file}"
                " speaks of what is free; change the text or the charging",
                charging=charging.text,
                prompt=prompt,
                file=f"prompts.{language}.yaml",
            )
        if says_priced and not says_free and free and prompt != "free_window_answer":
            yield charging.problem(
                "with charging: {charging} the wait is free, yet the prompt {prompt!r} in {file}"
                " speaks of a price; change the text or the charging",
                charging=charging.text,
                prompt=prompt,
                file=f"prompts.{language}.yaml",
            )


def doubts(line: Node, texts: Texts) -> Iterator[Problem]:
    """Prompts that are there to speak of the cost, and do not in words that are known here."""
    for language, prompt, text in _texts(line, texts, prompts_of_the_cost(line)):
        if not _says(_FREE, language, text) and not _says(_PRICED, language, text):
            yield line["charging"].problem(
                "the prompt {prompt!r} in {file} is there to say what the call costs under"
                " charging: {charging}, and no word of it is found in the text; check it",
                prompt=prompt,
                file=f"prompts.{language}.yaml",
                charging=line["charging"].text,
            )


def prompts_of_the_cost(line: Node) -> tuple[str, ...]:
    """The prompts that tell callers of the line what they pay; see `domain.alone.greeting`."""
    match line["charging"].text:
        case Charging.EARLY_MEDIA:
            if line["waiting"]["on_budget_end"].text == OnBudgetEnd.ANSWER:
                return ("free_queue_limited", "free_window_answer")
            return ("free_queue", "free_window_end")
        case Charging.TOLL_FREE:
            return ("free_call",)
        case _:
            return ("price_waiting",)


def _texts(line: Node, texts: Texts, prompts: Iterable[str]) -> Iterator[tuple[Language, str, str]]:
    for name, _ in line["languages"].words():
        language = Language(name)
        for prompt in prompts:
            if (text := texts[language].get(prompt)) is not None:
                yield language, prompt, text


def _says(words: Mapping[Language, str], language: Language, text: str) -> bool:
    return re.search(words[language], text, re.IGNORECASE) is not None
