"""What kind of number one is, by Google's numbering plans: the library `phonenumbers`.

It fails closed: what is not known to be somebody's own telephone is refused. Foreign
numbers pass here; whether a line calls them is the domain's to say.
"""

import re
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberType, shortnumberinfo

from ivr.domain.call import Refused
from ivr.domain.number import FINLAND, dialled_form, normalised

_REGION: Final = "FI"
_SUBSCRIBERS: Final = frozenset({
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.UAN,
    PhoneNumberType.VOIP,
})  # fmt: skip
_NO_COUNTRY: Final = "001"
_SATELLITE: Final = frozenset({870, 881, 882, 883})  # ITU-T E.164 Annex: Inmarsat, GMSS, networks
# The library has these among the nationwide numbers; they are enquiry and service numbers at a
# price of their own (Traficom regulation 32).
_DEAR_IN_FINLAND: Final = ("0100", "0101", "0200", "0202", "0300", "060", "070")
_SEPARATORS: Final = re.compile(r"[^0-9]")
_SHORT: Final = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)
_SOCIAL: Final = re.compile(r"116[0-9]{3}", re.ASCII)  # Decision 2007/116/EC


class NumberingPlans:
    """Implements `ivr.ports.Numbers`."""

    def objection(self, dialled: str) -> Refused | None:
        """See `ivr.ports.Numbers`."""
        if shortnumberinfo.connects_to_emergency_number(_national(dialled), _REGION):
            return Refused.EMERGENCY
        if _SHORT.fullmatch(dialled):
            return Refused.SHORT
        number = normalised(dialled)
        return Refused.INVALID if number is None else _objection(number)


def may_be_transferred_to(number: str) -> bool:
    """Whether a counsellor may pass a caller on to it, if the administrator allows it.

    A subscriber's number, or one of the harmonised numbers of social value, 116xxx.
    Never an emergency, premium or enquiry number.
    """
    social = _SOCIAL.fullmatch(_SEPARATORS.sub("", number)) is not None
    return social or NumberingPlans().objection(number) is None


def _objection(number: str) -> Refused | None:
    """Of a number in E.164."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:  # a country code of nobody
        return Refused.INVALID
    if parsed.country_code in _SATELLITE:
        return Refused.SATELLITE
    if not phonenumbers.is_valid_number(parsed):
        return Refused.INVALID
    ours = number.startswith(f"+{FINLAND}")
    if ours and dialled_form(number).startswith(_DEAR_IN_FINLAND):
        return Refused.PREMIUM
    nowhere = phonenumbers.region_code_for_number(parsed) == _NO_COUNTRY
    subscriber = phonenumbers.number_type(parsed) in _SUBSCRIBERS
    return None if subscriber and not nowhere else Refused.PREMIUM


def _national(dialled: str) -> str:
    """The digits without the ways to Finland before them: 112 is 112 also as +358 112."""
    digits = _SEPARATORS.sub("", dialled)
    for prefix in (f"00{FINLAND}", FINLAND):
        if digits.startswith(prefix):
            return digits.removeprefix(prefix)
    return digits
