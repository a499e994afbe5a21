"""The kinds of value an administrator writes, for the sections that hold them."""

import re
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Annotated, TypeVar

from pydantic import PlainValidator
from pydantic_core import PydanticCustomError

from ivr.config import shapes
from ivr.config.message import Message, cure, listed, shown, told
from ivr.config.values import (
    BEGINNING,
    DATE,
    DAYS,
    HOURS,
    MAX_TEXT,
    NAME,
    Wrong,
    parse_beginning,
    parse_date,
    parse_days,
    parse_hours,
    parse_name,
    parse_phone_number,
    parse_text,
)
from ivr.domain.call import Language
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

_INTERNAL_NUMBER = re.compile(r"[0-9]{2,5}")
# For editors alone, who cannot ask which numbers there are.
_DIALLED = re.compile(r"\+?[0-9][0-9 ()/-]*")

_Value = TypeVar("_Value")
_Choice = TypeVar("_Choice", bound=StrEnum)


class Calendar(StrEnum):
    """Whose public holidays close a line."""

    FINLAND = "finland"
    NONE = "none"


def _field(
    parse: Callable[[str], _Value], example: str | Message, *, optional: bool = False
) -> PlainValidator:
    """A field that is text and is read by `parse`, which raises Wrong; maybe nothing at all."""

    def validate(value: object) -> _Value | None:
        if optional and value is None:
            return None
        if not isinstance(value, str):
            raise _refused(
                "must be text, such as {example}, not {got}", example=example, got=shown(value)
            )
        try:
            return parse(value)
        except Wrong as wrong:
            raise _own_words(wrong.text) from None

    return PlainValidator(validate)


def _refused(words: str, /, **slots: object) -> PydanticCustomError:
    return _own_words(told(words, **slots))


def _own_words(text: Message) -> PydanticCustomError:
    return PydanticCustomError(OWN_WORDS, OWN_WORDS, {OWN_WORDS: text})


def refuse_unless(condition: bool, words: str, /, **slots: object) -> None:
    """Refuse the field under validation with these words unless the condition holds."""
    if not condition:
        raise _refused(words, **slots)


def _choice(kind: type[_Choice]) -> PlainValidator:
    known = [choice.value for choice in kind]

    def parse(value: str) -> _Choice:
        if value not in known:
            raise Wrong("{value!r} is not known here; {cure}", value=value, cure=cure(value, known))
        return kind(value)

    return _field(parse, listed(known))


def _internal_number(value: object) -> str:
    text = str(value) if type(value) is int else value
    if not isinstance(text, str) or not _INTERNAL_NUMBER.fullmatch(text):
        raise _refused(
            "must be a number of two to five digits, such as 101, not {got}", got=shown(value)
        )
    return text


def _yes_or_no(value: object) -> bool:
    words = {"yes": True, "no": False}
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in words:
        return words[value]
    raise _refused("must be yes or no, not {got}", got=shown(value))


Text = Annotated[str, _field(parse_text, '"Lapsiperheet"'), shapes.text(MAX_TEXT)]
Name = Annotated[str, _field(parse_name, "families"), shapes.pattern(NAME)]
OptionalText = Annotated[
    str | None,
    _field(parse_text, '"Training day"', optional=True),
    shapes.text(MAX_TEXT, optional=True),
]
OptionalName = Annotated[
    str | None,
    _field(parse_name, "topic_menu", optional=True),
    shapes.pattern(NAME, optional=True),
]
PhoneNumber = Annotated[
    str,
    _field(parse_phone_number, told('"029 151 2360" (in quotes)')),
    shapes.pattern(_DIALLED, "029 151 2360"),
]
Beginning = Annotated[
    str, _field(parse_beginning, told('"+358" (in quotes)')), shapes.pattern(BEGINNING, "+358")
]
DateField = Annotated[date, _field(parse_date, "2026-12-24"), shapes.pattern(DATE, "2026-12-24")]
OptionalDate = Annotated[
    date | None,
    _field(parse_date, "2026-12-31", optional=True),
    shapes.pattern(DATE, "2026-12-31", optional=True),
]
HoursField = Annotated[
    Hours, _field(parse_hours, '"9:00-15:00"'), shapes.pattern(HOURS, "9:00-15:00", "12:00-24:00")
]
OptionalHours = Annotated[
    Hours | None,
    _field(parse_hours, '"9:00-12:00"', optional=True),
    shapes.pattern(HOURS, "9:00-12:00", optional=True),
]
DaysField = Annotated[
    tuple[int, ...], _field(parse_days, told("mon or mon-fri")), shapes.pattern(DAYS)
]
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
