"""The public holidays of Finland, in both languages, with the eves that are days off as well.

Source: the `holidays` library's public category, which holds Midsummer's Eve and
Christmas Eve: no public holidays by law, yet days off in public offices (työaikalaki
872/2019 and the collective agreements), and closed here.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from types import MappingProxyType

from holidays import country_holidays

from ivr.domain.call import Language
from ivr.domain.schedule import Holiday

YEARS = range(2020, 2101)

_EVES = {"Juhannusaatto", "Jouluaatto"}


@cache
def finnish_holidays() -> Mapping[date, Holiday]:
    """The holidays of YEARS; computed once, in about 0.2 s."""
    finnish = country_holidays("FI", years=YEARS, language="fi")
    swedish = country_holidays("FI", years=YEARS, language="sv_FI")
    return MappingProxyType(
        {
            day: Holiday(name={Language.FI: name, Language.SV: swedish[day]}, eve=name in _EVES)
            for day, name in finnish.items()
        }
    )
