"""The kinds of value an administrator writes, and the words in which a wrong one is refused."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from enum import StrEnum
from typing import Annotated, TypeVar

from pydantic import PlainValidator
from pydantic_core import PydanticCustomError

from ivr.config import shapes
from ivr.config.problem import cure, listed, shown
from ivr.domain.call import Language
from ivr.domain.number import dialled_form, normalised
from ivr.domain.policy import (
    Disposition,
    Distribution,
    Ending,
    OnAbandon,
    OnBudgetEnd,
    OnCutOff,
)
from ivr.domain.schedule import Hours
from ivr.domain.service import Charging, SignsIn

OWN_WORDS = "own_words"
"""The type of every error whose message is already meant for the administrator."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_MAX_TEXT = 120
NAME_PATTERN = r"[a-z0-9][a-z0-9_-]{0,31}"
_NAME = re.compile(NAME_PATTERN)
_SHORT_NUMBER = re.compile(r"[0-9]{2,6}")
_BEGINNING = re.compile(r"\+[1-9][0-9]{0,14}")
_INTERNAL_NUMBER = re.compile(r"[0-9]{2,5}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HOURS = re.compile(r"([0-9]{1,2}):([0-9]{2}) ?[-–] ?([0-9]{1,2}):([0-9]{2})")
_DAYS = re.compile("({0})(-({0}))?".format("|".join(WEEKDAYS)))
# For editors alone, who cannot ask which numbers there are.
_DIALLED = re.compile(r"\+?[0-9][0-9 ()/-]*")
_MIDNIGHT = (24, 0)

_Value = TypeVar("_Value")
_Choice = TypeVar("_Choice", bound=StrEnum)


class Calendar(StrEnum):
    """Whose public holidays close a line."""

    FINLAND = "finland"
    NONE = "none"


class Wrong(ValueError):
    """A value that is refused; the message says what is wrong and what would be right."""


def _field(
    parse: Callable[[str], _Value], example: str, *, optional: bool = False
) -> PlainValidator:
    """A field that is text and is read by `parse`, which raises Wrong; maybe nothing at all."""

    def validate(value: object) -> _Value | None:
        if optional and value is None:
            return None
        if not isinstance(value, str):
            raise _refused(f"must be text, such as {example}, not {shown(value)}")
        try:
            return parse(value)
        except Wrong as wrong:
            raise _refused(str(wrong)) from None

    return PlainValidator(validate)


def _refused(text: str) -> PydanticCustomError:
    return PydanticCustomError(OWN_WORDS, "{text}", {"text": text})


def refuse_unless(condition: bool, text: str) -> None:
    """Refuse the field under validation with these words unless the condition holds."""
    if not condition:
        raise _refused(text)


def _text(value: str) -> str:
    if not value.strip():
        raise Wrong("must not be empty; write a text")
    if not value.isprintable():
        raise Wrong("must be one line without control characters; write it in one line")
    if len(value) > _MAX_TEXT:
        raise Wrong(f"is {len(value)} characters long; write at most {_MAX_TEXT}")
    return value.strip()


def parse_name(value: str) -> str:
    """A name that may stand in a file's name and in Asterisk's configuration. Raises Wrong."""
    if not _NAME.fullmatch(value):
        raise Wrong(
            f"{value!r} cannot be a name here; write a-z, 0-9, _ and - only, at most 32 of them"
        )
    return value


def _phone_number(value: str) -> str:
    if normalised(value) is None and not _SHORT_NUMBER.fullmatch(value):
        raise Wrong(
            f"{value!r} is no telephone number; write it like 029 151 2360 or +358 29 151 2360"
        )
    return dialled_form(value)


def _beginning(value: str) -> str:
    if not _BEGINNING.fullmatch(value):
        raise Wrong(f"{value!r} begins no number; write + and the country code, like +358")
    return value


def _choice(kind: type[_Choice]) -> PlainValidator:
    known = [choice.value for choice in kind]

    def parse(value: str) -> _Choice:
        if value not in known:
            raise Wrong(f"{value!r} is not known here; {cure(value, known)}")
        return kind(value)

    return _field(parse, listed(known))


def parse_date(value: str) -> date:
    """The date of `2026-12-24`. Raises Wrong, which knows the Finnish form too."""
    try:
        if _DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        raise Wrong(f"there is no day {value}; check the month and the day") from None
    try:
        right = datetime.strptime(value.strip(), "%d.%m.%Y").date()  # noqa: DTZ007
    except ValueError:
        raise Wrong(f"{value!r} is no date; write year-month-day, like 2026-12-24") from None
    raise Wrong(f"{value!r} is no date here; write {right}")


def parse_hours(value: str) -> Hours:
    """The hours of `9:00-15:00`; `24:00` is the end of the day. Raises Wrong."""
    found = _HOURS.fullmatch(value.strip())
    if not found:
        raise Wrong(f"{value!r} are no hours; write them like 9:00-15:00")
    hour, minute, to_hour, to_minute = map(int, found.groups())
    begins, ends = (hour, minute), (to_hour, to_minute)
    if minute > 59 or to_minute > 59 or hour > 23 or ends > _MIDNIGHT:
        raise Wrong(f"{value!r} has a time that no clock shows; write 0:00 to 24:00")
    if begins >= ends:
        raise Wrong(f"{value!r} ends before it begins; write the earlier time first, 24:00 last")
    return Hours(opens=time(*begins), closes=time(0) if ends == _MIDNIGHT else time(*ends))


def parse_days(value: str) -> tuple[int, ...]:
    """The weekdays of `mon` or `mon-fri`, Monday being 0. Raises Wrong."""
    bounds = value.split("-")
    for word in bounds:
        if word not in WEEKDAYS:
            raise Wrong(f"{value!r} names no days of the week; {cure(word, WEEKDAYS)} (or mon-fri)")
    first, last = WEEKDAYS.index(bounds[0]), WEEKDAYS.index(bounds[-1])
    if len(bounds) > 2 or first > last or (len(bounds) == 2 and first == last):
        raise Wrong(f"{value!r} is no range of days; write the earlier day first, like mon-fri")
    return tuple(range(first, last + 1))


def _internal_number(value: object) -> str:
    text = str(value) if type(value) is int else value
    if not isinstance(text, str) or not _INTERNAL_NUMBER.fullmatch(text):
        raise _refused(f"must be a number of two to five digits, such as 101, not {shown(value)}")
    return text


def _yes_or_no(value: object) -> bool:
    words = {"yes": True, "no": False}
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in words:
        return words[value]
    raise _refused(f"must be {listed(words)}, not {shown(value)}")


Text = Annotated[str, _field(_text, '"Lapsiperheet"'), shapes.text(_MAX_TEXT)]
Name = Annotated[str, _field(parse_name, "families"), shapes.pattern(_NAME)]
OptionalText = Annotated[
    str | None,
    _field(_text, '"Training day"', optional=True),
    shapes.text(_MAX_TEXT, optional=True),
]
OptionalName = Annotated[
    str | None,
    _field(parse_name, "topic_menu", optional=True),
    shapes.pattern(_NAME, optional=True),
]
PhoneNumber = Annotated[
    str,
    _field(_phone_number, '"029 151 2360" (in quotes)'),
    shapes.pattern(_DIALLED, "029 151 2360"),
]
Beginning = Annotated[
    str, _field(_beginning, '"+358" (in quotes)'), shapes.pattern(_BEGINNING, "+358")
]
DateField = Annotated[date, _field(parse_date, "2026-12-24"), shapes.pattern(_DATE, "2026-12-24")]
OptionalDate = Annotated[
    date | None,
    _field(parse_date, "2026-12-31", optional=True),
    shapes.pattern(_DATE, "2026-12-31", optional=True),
]
HoursField = Annotated[
    Hours, _field(parse_hours, '"9:00-15:00"'), shapes.pattern(_HOURS, "9:00-15:00", "12:00-24:00")
]
OptionalHours = Annotated[
    Hours | None,
    _field(parse_hours, '"9:00-12:00"', optional=True),
    shapes.pattern(_HOURS, "9:00-12:00", optional=True),
]
DaysField = Annotated[tuple[int, ...], _field(parse_days, "mon or mon-fri"), shapes.pattern(_DAYS)]
YesNo = Annotated[bool, PlainValidator(_yes_or_no), shapes.YES_OR_NO]
InternalNumber = Annotated[
    str,
    PlainValidator(_internal_number),
    shapes.number_or_text(_INTERNAL_NUMBER, least=10, most=99999, example=101),
]
LanguageField = Annotated[Language, _choice(Language), shapes.one_of(Language)]
ChargingField = Annotated[Charging, _choice(Charging), shapes.one_of(Charging)]
AbandonField = Annotated[OnAbandon, _choice(OnAbandon), shapes.one_of(OnAbandon)]
BudgetEndField = Annotated[OnBudgetEnd, _choice(OnBudgetEnd), shapes.one_of(OnBudgetEnd)]
CutOffField = Annotated[OnCutOff, _choice(OnCutOff), shapes.one_of(OnCutOff)]
CalendarField = Annotated[Calendar, _choice(Calendar), shapes.one_of(Calendar)]
EndingField = Annotated[Ending, _choice(Ending), shapes.one_of(Ending)]
DistributionField = Annotated[Distribution, _choice(Distribution), shapes.one_of(Distribution)]
DispositionField = Annotated[Disposition, _choice(Disposition), shapes.one_of(Disposition)]
SignsInField = Annotated[SignsIn, _choice(SignsIn), shapes.one_of(SignsIn)]
