"""What may stand in a log: no telephone number, no key pressed, no secret, no control character."""

import math
import re
from collections.abc import Mapping, Sequence, Set
from datetime import date, datetime, time
from typing import Final

SECRET_FIELDS: Final = frozenset(
    {"authorization", "digits", "key", "keys", "password", "pin", "secret"}
)
# Here ids of the switch stand, which look like numbers and are none.
ID_FIELDS: Final = frozenset({"bridge", "call_id", "channel", "event_id", "leg", "playback"})
MASKED: Final = "***"

_URL_PASSWORD = re.compile(r"(://)[^/\s@]*:[^\s]*@")
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"  # never with a zero in front, as numbers have it
_KEPT = (
    r"(?:19|20)\d\d-(?:0\d|1[0-2])-[0-3]\d(?!\d)"  # date
    rf"|{_OCTET}(?:\.{_OCTET}){{3}}(?![\d.])"  # IPv4
)
_BETWEEN = r"[\s.()\u2010-\u2015-]{1,2}"  # what people put between groups of digits
_NUMBER = rf"\+?\d{{5,}}(?:{_BETWEEN}\d+)*|\+?\d+(?:{_BETWEEN}\d+)+"
_TEXT = re.compile(rf"(?<![\d.])(?P<kept>{_KEPT})|(?P<number>{_NUMBER})")
# An Asterisk unique id: seconds since 1970, a counter; with it a leg of ours has 8 hex digits.
_ID = re.compile(r"(?<![\d+])1\d{9}\.\d{1,9}(?:\.leg\.[0-9a-f]{8})?(?![\d])")
_LONE_DIGITS = 5  # in one run; in groups a number has at least
_SUSPECT = re.compile(r"(?:\d\D*){5}|://")  # all else has no number and no password in it
_GROUPED_DIGITS = 7
_NAMED_ESCAPES = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def mask(text: str) -> str:
    """The text without numbers: `+358401234567` becomes `+358…67`, `040 123 4567` `…67`.

    A number is a run of five digits, or seven in groups. Dates, IPv4 addresses
    and short figures stay. No run of five digits is left.
    """
    if _SUSPECT.search(text) is None:
        return text
    return _TEXT.sub(_masked_match, _URL_PASSWORD.sub(rf"\1{MASKED}@", text))


def mask_id(text: str) -> str:
    """The text without numbers, but with Asterisk's unique ids."""
    pieces, end = [], 0
    for found in _ID.finditer(text):
        pieces += [mask(text[end : found.start()]), found.group()]
        end = found.end()
    return "".join([*pieces, mask(text[end:])])


def escape(text: str) -> str:
    r"""The text in one printable line: CR is `\r`, other control characters are `\x{1b}`."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else _escaped(each) for each in text)


def clean(value: object, field: str = "") -> object:
    """A value as it may be logged under a field's name: text, figures, lists and objects."""
    if field in SECRET_FIELDS:
        return MASKED
    match value:
        case str():
            return escape((mask_id if field in ID_FIELDS else mask)(value))
        case Mapping():
            return {escape(mask(str(key))): clean(each, str(key)) for key, each in value.items()}
        case bytes() | bytearray():
            return clean(repr(value), field)
        case Sequence() | Set():
            return [clean(each, field) for each in value]
        case _:
            return _clean_single(value, field)


def clean_traceback(text: str) -> str:
    """A traceback as it may be logged: its lines stay lines."""
    return "\n".join(escape(mask(line)) for line in text.split("\n"))


def _clean_single(value: object, field: str) -> object:
    match value:
        case None | bool():
            return value
        case int() | float():
            return _clean_figure(value)
        case datetime() | time():
            return value.isoformat(timespec="seconds")
        case date():
            return value.isoformat()
        case _:
            return clean(str(value), field)


def _clean_figure(value: float) -> object:
    if not math.isfinite(value) or abs(value) >= 10.0 ** (_GROUPED_DIGITS - 1):
        return mask(f"{value:.0f}")
    return value if isinstance(value, int) else round(value, 3)


def _masked_match(found: re.Match[str]) -> str:
    if (kept := found["kept"]) is not None:
        return kept
    text = found["number"]
    digits = [each for each in text if each.isdecimal()]
    runs = (sum(map(str.isdecimal, run)) for run in re.split(r"\D", text))
    if len(digits) < _GROUPED_DIGITS and max(runs) < _LONE_DIGITS:
        return text
    country = "".join(digits[:3]) if text.startswith("+") and len(digits) > 8 else ""
    return f"{'+' if country else ''}{country}…{''.join(digits[-2:])}"


def _escaped(character: str) -> str:
    return _NAMED_ESCAPES.get(character) or rf"\x{{{ord(character):x}}}"
