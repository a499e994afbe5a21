"""How a telephone number is understood, compared, read aloud and masked.

Source: ITU-T E.164 and the Finnish numbering plan (Traficom regulation 32).
"""

import re
from itertools import pairwise
from typing import Final

FINLAND: Final = "358"


# National prefixes with their trunk 0: the longest that fits is said as a group of its own.
_PREFIXES: Final = frozenset((
    "040", "041", "042", "043", "044", "045", "0457", "046", "047", "048", "049", "050",
    "013", "014", "015", "016", "017", "018", "019", "02", "03", "05", "06", "08", "09",
    "010", "020", "029", "030", "039", "071", "073", "075",
    "0800", "0100", "0101", "0200", "0202", "0300",
    "060", "0600", "0601", "0602", "0606", "070", "0700", "0707", "0708", "0709",
))  # fmt: skip

# Country codes of one and of two digits; all others have three.
_SHORT_CODES: Final = frozenset((
    "1", "7", "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45",
    "46", "47", "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63",
    "64", "65", "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
))  # fmt: skip
_SEPARATORS: Final = re.compile(r"[ \-./()]|\u00a0")
_INTERNATIONAL: Final = re.compile(r"[1-9][0-9]{6,14}", re.ASCII)
_FINNISH_REST: Final = re.compile(r"[1-9][0-9]{4,11}", re.ASCII)


def normalised(raw: str | None) -> str | None:
    """The number in E.164 (`+358…`), from any form a carrier or a person writes it in.

    `0401234567`, `+358 40 123 4567`, `00358…`, `358…` and `+358 (0)40…` are one number.
    None for what is none: short numbers, letters, `anonymous`, wrong lengths.
    """
    text = _SEPARATORS.sub("", raw or "")
    if text.startswith(("+", "00")):
        return _international(text.removeprefix("+") if text[0] == "+" else text[2:])
    if text.startswith("0"):
        return _finnish(text[1:])
    return _finnish(text.removeprefix(FINLAND)) if text.startswith(FINLAND) else None


def groups(number: str) -> tuple[str, ...]:
    """The digits in the groups in which they are read aloud; empty for what is no number.

    A Finnish number comes in national form with its prefix apart (`029 151 2360`), a
    foreign one with plus and country code as the first group, a short one as it is.
    """
    known = normalised(number)
    if known is None:
        text = _SEPARATORS.sub("", number)
        return _threes(text) if re.fullmatch(r"[0-9]+", text) else ()
    if not known.startswith(f"+{FINLAND}"):
        code = _country_code(known)
        return (f"+{code}", *_threes(known[1 + len(code) :]))
    national = f"0{known[1 + len(FINLAND) :]}"
    prefix = _finnish_prefix(national)
    return (prefix, *_threes(national[len(prefix) :])) if prefix else _threes(national)


def dialled_form(number: str) -> str:
    """The digits that a telephone in Finland dials for it; empty for what is no number.

    All forms of one number give the same digits, so that two numbers can be compared.
    """
    return "".join(groups(number))


def masked(number: str | None) -> str:
    """What a log may show: the country prefix at most, and the last two digits."""
    known = normalised(number)
    return f"+{_country_code(known)}…{known[-2:]}" if known else "…"


def _international(digits: str) -> str | None:
    if digits.startswith(FINLAND):
        return _finnish(digits.removeprefix(FINLAND))
    return f"+{digits}" if _INTERNATIONAL.fullmatch(digits) else None


def _finnish(rest: str) -> str | None:
    # "+358 (0)40…": no Finnish number has a 0 after the trunk 0, so one there is the trunk 0.
    rest = rest.removeprefix("0")
    return f"+{FINLAND}{rest}" if _FINNISH_REST.fullmatch(rest) else None


def _finnish_prefix(national: str) -> str | None:
    return next((national[:n] for n in (4, 3, 2) if national[:n] in _PREFIXES), None)


def _country_code(e164: str) -> str:
    return next((e164[1 : 1 + n] for n in (1, 2) if e164[1 : 1 + n] in _SHORT_CODES), e164[1:4])


def _threes(digits: str) -> tuple[str, ...]:
    """Groups of three; a single digit left over joins the last group (`123 4567`)."""
    cuts = [*range(0, max(len(digits) - 1, 1), 3), len(digits)]
    return tuple(digits[a:b] for a, b in pairwise(cuts) if a < b)
