"""Whether what is said fits into the time in which the carrier lets a caller wait for free."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from ivr.config.problem import Problem
from ivr.config.source import Node
from ivr.domain.call import Language
from ivr.domain.policy import MenuPolicy, OnBudgetEnd, WaitingPolicy
from ivr.domain.service import Charging

# Characters a second of the voices that come with the line, measured over all prompts:
# 13.8 in Finnish, 11.7 in Swedish.
_PACE: Final = {Language.FI: 13.8, Language.SV: 11.7}
# What a caller hears who asks to be called back while the line is closed, and how many
# telephone numbers are read out to them in it: help, theirs and ours.
_CLOSED: Final = ("closed_next", "crisis", "opening_confirm", "callback_saved_next", "goodbye")
_NUMBERS_READ: Final = 3
_NUMBER_S: Final = 7.0
_MENU, _WAITING = MenuPolicy(), WaitingPolicy()

Texts = Mapping[Language, Mapping[str, str]]


def contradictions(line: Node, texts: Texts) -> Iterator[Problem]:
    """A last offer that begins so late that it cannot be answered."""
    waiting = line["waiting"]
    offered = line["callback"]["enabled"].value not in (False, "no")
    if not offered or not _for_free(line):
        return
    budget_s = _seconds(waiting["budget_s"], _WAITING.budget_s)
    before_s = _seconds(waiting["offer_before_budget_s"], _WAITING.offer_before_budget_s)
    longest_s = max((_said(texts, lang, "callback_offer") for lang in _languages(line)), default=0)
    # In a wait shorter than the offer none is made.
    if before_s < longest_s <= budget_s and before_s < budget_s:
        yield waiting["offer_before_budget_s"].problem(
            "offer_before_budget_s ({before_s:g}) is too short for the callback offer, which"
            " takes about {longest_s:.0f} s; write {right_s:.0f} or more",
            before_s=before_s,
            longest_s=longest_s,
            right_s=longest_s + 5,
        )


def doubts(line: Node, texts: Texts) -> Iterator[Problem]:
    """A free time that is over before the caller has come where it is meant to lead them."""
    yield from _asked_too_late(line, texts)
    if not _for_free(line):
        return
    budget = line["waiting"]["budget_s"]
    budget_s = _seconds(budget, _WAITING.budget_s)
    needed_s = _until_in_line(line, texts)
    if needed_s > budget_s:
        place = budget if budget.value is not None else line["menu"]
        yield place.key_problem(
            "whoever presses nothing is in the line only after about {needed_s:.0f} s, when the"
            " free wait (budget_s {budget_s:g}) is over; write fewer retries or a shorter"
            " timeout_s",
            needed_s=needed_s,
            budget_s=budget_s,
        )


def _asked_too_late(line: Node, texts: Texts) -> Iterator[Problem]:
    """A callback outside hours that nobody could be promised before the free time is over."""
    callback, budget = line["callback"], line["waiting"]["budget_s"]
    if callback["outside_hours"].value not in (True, "yes"):
        return
    budget_s = _seconds(budget, _WAITING.budget_s)
    needed_s = _until_promised(line, texts)
    if needed_s > budget_s:
        place = budget if budget.value is not None else callback["outside_hours"]
        yield place.key_problem(
            "outside hours nobody is asked for their number: they would have heard what is"
            " promised only after about {needed_s:.0f} s, when the free time"
            " (budget_s {budget_s:g}) is over; write a longer one, or outside_hours: no",
            needed_s=needed_s,
            budget_s=budget_s,
        )


def _until_promised(line: Node, texts: Texts) -> float:
    """Seconds until a caller who answers at once has been promised a callback on a closed line."""
    offered = _languages(line)
    asked_s = sum(_said(texts, lang, "lang_choice") for lang in offered) if offered[1:] else 0.0
    longest_s = max(
        (sum(_said(texts, lang, name) for name in _CLOSED) for lang in offered), default=0.0
    )
    return asked_s + longest_s + _NUMBERS_READ * _NUMBER_S


def _until_in_line(line: Node, texts: Texts) -> float:
    """Seconds from the call's arrival to the line for a caller who never presses a key."""
    timeout_s = _seconds(line["menu"]["timeout_s"], _MENU.timeout_s)
    retries = line["menu"]["retries"].number
    again = _MENU.retries if retries is None else retries
    offered = _languages(line)

    def asked(languages: Iterable[Language], first: Iterable[str], then: Iterable[str]) -> float:
        languages, then = list(languages), list(then)
        once = sum(_said(texts, lang, name) for lang in languages for name in first)
        more = sum(_said(texts, lang, name) for lang in languages for name in then)
        return once + timeout_s + again * (more + timeout_s)

    default = offered[:1]
    total_s = sum(_said(texts, lang, name) for lang in default for name in _notices(line))
    if len(offered) > 1:
        total_s += asked(offered, ["lang_choice"], ["lang_no_input", "lang_retry"])
    if (menu := line["topic_prompt"].text) is not None:
        total_s += asked(default, [menu], ["no_input", menu])
        total_s += sum(_said(texts, lang, "default_route") for lang in default)
    if line["urgency_question"].value in (True, "yes"):
        total_s += asked(default, ["urgency"], ["no_input", "urgency"])
    return total_s


def _notices(line: Node) -> Collection[str]:
    limited = line["waiting"]["on_budget_end"].text == OnBudgetEnd.ANSWER
    return ["welcome", "free_queue_limited" if limited else "free_queue"]


def _for_free(line: Node) -> bool:
    return line["charging"].text == Charging.EARLY_MEDIA


def _languages(line: Node) -> list[Language]:
    return [Language(name) for name, _ in line["languages"].words() if name in set(Language)]


def _said(texts: Texts, language: Language, prompt: str) -> float:
    """Seconds, by the length of the text; 0 for a prompt that is missing."""
    return len(texts[language].get(prompt, "")) / _PACE[language]


def _seconds(node: Node, otherwise: float) -> float:
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return otherwise
    return value
