"""How the words of an administrator become values, and in which words a wrong one is refused."""

import re
from datetime import date, datetime, time

from ivr.config.message import cure, told
from ivr.domain.number import dialled_form, normalised
from ivr.domain.schedule import Hours

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

MAX_TEXT = 120
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_SHORT_NUMBER = re.compile(r"[0-9]{2,6}")
BEGINNING = re.compile(r"\+[1-9][0-9]{0,14}")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
HOURS = re.compile(r"([0-9]{1,2}):([0-9]{2}) ?[-–] ?([0-9]{1,2}):([0-9]{2})")
DAYS = re.compile("({0})(-({0}))?".format("|".join(WEEKDAYS)))
_MIDNIGHT = (24, 0)


class Wrong(ValueError):
    """A value that is refused; the message says what is wrong and what would be right."""

    def __init__(self, words: str, /, **slots: object) -> None:
        self.text = told(words, **slots)
        super().__init__(str(self.text))


def parse_text(value: str) -> str:
    """One line of text, without the space around it. Raises Wrong."""
    if not value.strip():
        raise Wrong("must not be empty; write a text")
    if not value.isprintable():
        raise Wrong("must be one line without control characters; write it in one line")
    if len(value) > MAX_TEXT:
        raise Wrong(
            "is {length} characters long; write at most {most}", length=len(value), most=MAX_TEXT
        )
    return value.strip()


def parse_name(value: str) -> str:
    """A name that may stand in a file's name and in Asterisk's configuration. Raises Wrong."""
    if not NAME.fullmatch(value):
        raise Wrong(
            "{value!r} cannot be a name here; write a-z, 0-9, _ and - only, at most 32 of them",
            value=value,
        )
    return value


def parse_phone_number(value: str) -> str:
    """A telephone number in its dialled form. Raises Wrong."""
    if normalised(value) is None and not _SHORT_NUMBER.fullmatch(value):
        raise Wrong(
            "{value!r} is no telephone number; write it like 029 151 2360 or +358 29 151 2360",
            value=value,
        )
    return dialled_form(value)


def parse_beginning(value: str) -> str:
    """How numbers of a country begin, in E.164. Raises Wrong."""
    if not BEGINNING.fullmatch(value):
        raise Wrong(
            "{value!r} begins no number; write + and the country code, like +358", value=value
        )
    return value


def parse_date(value: str) -> date:
    """The date of `2026-12-24`. Raises Wrong, which knows the Finnish form too."""
    try:
        if DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        raise Wrong("there is no day {day}; check the month and the day", day=value) from None
    try:
        right = datetime.strptime(value.strip(), "%d.%m.%Y").date()  # noqa: DTZ007
    except ValueError:
        raise Wrong(
            "{value!r} is no date; write year-month-day, like 2026-12-24", value=value
        ) from None
    raise Wrong("{value!r} is no date here; write {right}", value=value, right=right)


def parse_hours(value: str) -> Hours:
    """The hours of `9:00-15:00`; `24:00` is the end of the day. Raises Wrong."""
    found = HOURS.fullmatch(value.strip())
    if not found:
        raise Wrong("{value!r} are no hours; write them like 9:00-15:00", value=value)
    hour, minute, to_hour, to_minute = map(int, found.groups())
    begins, ends = (hour, minute), (to_hour, to_minute)
    if minute > 59 or to_minute > 59 or hour > 23 or ends > _MIDNIGHT:
        raise Wrong("{value!r} has a time that no clock shows; write 0:00 to 24:00", value=value)
    if begins >= ends:
        raise Wrong(
            "{value!r} ends before it begins; write the earlier time first, 24:00 last",
            value=value,
        )
    return Hours(opens=time(*begins), closes=time(0) if ends == _MIDNIGHT else time(*ends))


def parse_days(value: str) -> tuple[int, ...]:
    """The weekdays of `mon` or `mon-fri`, Monday being 0. Raises Wrong."""
    bounds = value.split("-")
    for word in bounds:
        if word not in WEEKDAYS:
            raise Wrong(
                "{value!r} names no days of the week; {cure} (or mon-fri)",
                value=value,
                cure=cure(word, WEEKDAYS),
            )
    first, last = WEEKDAYS.index(bounds[0]), WEEKDAYS.index(bounds[-1])
    if len(bounds) > 2 or first > last or (len(bounds) == 2 and first == last):
        raise Wrong(
            "{value!r} is no range of days; write the earlier day first, like mon-fri",
            value=value,
        )
    return tuple(range(first, last + 1))
