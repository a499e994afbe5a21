"""How Finnish and Swedish say numbers, weekdays and dates, in the forms that prompts need."""

from typing import Final

FI_DIGITS: Final = (
    "nolla", "yksi", "kaksi", "kolme", "neljä", "viisi", "kuusi", "seitsemän", "kahdeksan",
    "yhdeksän",
)  # fmt: skip
SV_DIGITS: Final = (
    "noll", "ett", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio",
)  # fmt: skip
SV_TEENS: Final = (
    "tio", "elva", "tolv", "tretton", "fjorton", "femton", "sexton", "sjutton", "arton", "nitton",
)  # fmt: skip
SV_TENS: Final = (
    "", "", "tjugo", "trettio", "fyrtio", "femtio", "sextio", "sjuttio", "åttio", "nittio",
)  # fmt: skip

FI_ORDINALS_ESSIVE: Final = (
    "", "ensimmäisenä", "toisena", "kolmantena", "neljäntenä", "viidentenä", "kuudentena",
    "seitsemäntenä", "kahdeksantena", "yhdeksäntenä", "kymmenentenä",
)  # fmt: skip
FI_TEEN_ORDINAL_STEMS: Final = ("", "yhdentenä", "kahdentena", *FI_ORDINALS_ESSIVE[3:])
FI_TENS_ORDINALS: Final = ("", "", "kahdentenakymmenentenä", "kolmantenakymmenentenä")
SV_ORDINALS: Final = (
    "", "första", "andra", "tredje", "fjärde", "femte", "sjätte", "sjunde", "åttonde", "nionde",
    "tionde", "elfte", "tolfte", "trettonde", "fjortonde", "femtonde", "sextonde", "sjuttonde",
    "artonde", "nittonde", "tjugonde",
)  # fmt: skip

FI_WEEKDAYS_ESSIVE: Final = (
    "maanantaina", "tiistaina", "keskiviikkona", "torstaina", "perjantaina", "lauantaina",
    "sunnuntaina",
)  # fmt: skip
SV_WEEKDAYS: Final = (
    "måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag",
)  # fmt: skip
FI_MONTHS_GENITIVE: Final = (
    "", "tammikuun", "helmikuun", "maaliskuun", "huhtikuun", "toukokuun", "kesäkuun", "heinäkuun",
    "elokuun", "syyskuun", "lokakuun", "marraskuun", "joulukuun",
)  # fmt: skip
SV_MONTHS: Final = (
    "", "januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september",
    "oktober", "november", "december",
)  # fmt: skip


def cardinal_fi(n: int) -> str:
    """The nominative cardinal of 0 to 100: `kaksikymmentäyksi`. A partitive noun follows it."""
    match divmod(n, 10):
        case 0, ones:
            return FI_DIGITS[ones]
        case 1, 0:
            return "kymmenen"
        case 1, ones:
            return f"{FI_DIGITS[ones]}toista"
        case 10, 0:
            return "sata"
        case tens, 0:
            return f"{FI_DIGITS[tens]}kymmentä"
        case tens, ones:
            return f"{FI_DIGITS[tens]}kymmentä{FI_DIGITS[ones]}"


def cardinal_sv(n: int) -> str:
    """The neuter cardinal of 0 to 100, as said of the clock and of digits: `ett`, `tjugoett`."""
    match divmod(n, 10):
        case 0, ones:
            return SV_DIGITS[ones]
        case 1, ones:
            return SV_TEENS[ones]
        case 10, 0:
            return "hundra"
        case tens, 0:
            return SV_TENS[tens]
        case tens, ones:
            return f"{SV_TENS[tens]}{SV_DIGITS[ones]}"


def cardinal_sv_common(n: int) -> str:
    """The common-gender cardinal of 0 to 100, as said of persons: `en`, `tjugoen`."""
    neuter = cardinal_sv(n)
    return f"{neuter.removesuffix('ett')}en" if n % 10 == 1 and n != 11 else neuter


def ordinal_fi_essive(day: int) -> str:
    """The day of a month, 1 to 31, in the essive: `seitsemäntenä`."""
    tens, ones = divmod(day, 10)
    if day <= 10:
        return FI_ORDINALS_ESSIVE[day]
    if tens == 1:
        return f"{FI_TEEN_ORDINAL_STEMS[ones]}toista"
    return f"{FI_TENS_ORDINALS[tens]}{FI_ORDINALS_ESSIVE[ones]}"


def ordinal_sv(day: int) -> str:
    """The day of a month, 1 to 31: `sjunde`."""
    tens, ones = divmod(day, 10)
    if day <= 20:
        return SV_ORDINALS[day]
    return "trettionde" if day == 30 else f"{SV_TENS[tens]}{SV_ORDINALS[ones]}"
