"""The words of each language for what the prompts' slots say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from ivr.domain import numerals
from ivr.domain.call import Language


@dataclass(frozen=True, kw_only=True)
class Lexicon:
    """One language's words.

    `count` stands before the noun "callers"; `hour` and `minute` make a time;
    `weekday` says "on Monday", preposition included, and `dated_weekday` the
    weekday that a date follows. Weekdays begin with Monday, months at index 1.
    """

    digits: tuple[str, ...]
    plus: str
    count: Callable[[int], str]
    hour: Callable[[int], str]
    minute: Callable[[int], str]
    today: str
    tomorrow: str
    weekday: tuple[str, ...]
    dated_weekday: tuple[str, ...]
    date: Callable[[int], str]
    month: tuple[str, ...]


def _minute_fi(minute: int) -> str:
    words = numerals.cardinal_fi(minute)
    return f"nolla {words}" if minute < 10 else words


def _minute_sv(minute: int) -> str:
    words = numerals.cardinal_sv(minute)
    return f"noll {words}" if minute < 10 else f"och {words}"


FINNISH: Final = Lexicon(
    digits=numerals.FI_DIGITS,
    plus="plus",
    count=numerals.cardinal_fi,
    hour=numerals.cardinal_fi,
    minute=_minute_fi,
    today="tänään",
    tomorrow="huomenna",
    weekday=numerals.FI_WEEKDAYS_ESSIVE,
    dated_weekday=numerals.FI_WEEKDAYS_ESSIVE,
    date=numerals.ordinal_fi_essive,
    month=numerals.FI_MONTHS_GENITIVE,
)
SWEDISH: Final = Lexicon(
    digits=numerals.SV_DIGITS,
    plus="plus",
    count=numerals.cardinal_sv_common,
    hour=numerals.cardinal_sv,
    minute=_minute_sv,
    today="i dag",
    tomorrow="i morgon",
    weekday=tuple(f"på {day}" for day in numerals.SV_WEEKDAYS),
    dated_weekday=tuple(f"{day}en" for day in numerals.SV_WEEKDAYS),
    date=lambda day: f"den {numerals.ordinal_sv(day)}",
    month=numerals.SV_MONTHS,
)
LEXICONS: Final[Mapping[Language, Lexicon]] = {Language.FI: FINNISH, Language.SV: SWEDISH}
