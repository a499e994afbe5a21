"""How numbers, days and numbers of telephones are said, written down by hand.

Finnish: the nominative, after which a counted noun stands in the partitive; days and dates in
the essive, months in the genitive. Swedish: common gender for what is counted (en person),
neuter for figures and the clock (ett).
"""


def _words(table: str) -> list[str]:
    return table.split()


FI_NUMBERS = _words("""
nolla yksi kaksi kolme neljä viisi kuusi seitsemän kahdeksan yhdeksän
kymmenen yksitoista kaksitoista kolmetoista neljätoista viisitoista kuusitoista seitsemäntoista
kahdeksantoista yhdeksäntoista
kaksikymmentä kaksikymmentäyksi kaksikymmentäkaksi kaksikymmentäkolme kaksikymmentäneljä
kaksikymmentäviisi kaksikymmentäkuusi kaksikymmentäseitsemän kaksikymmentäkahdeksan
kaksikymmentäyhdeksän
kolmekymmentä kolmekymmentäyksi kolmekymmentäkaksi kolmekymmentäkolme kolmekymmentäneljä
kolmekymmentäviisi kolmekymmentäkuusi kolmekymmentäseitsemän kolmekymmentäkahdeksan
kolmekymmentäyhdeksän
neljäkymmentä neljäkymmentäyksi neljäkymmentäkaksi neljäkymmentäkolme neljäkymmentäneljä
neljäkymmentäviisi neljäkymmentäkuusi neljäkymmentäseitsemän neljäkymmentäkahdeksan
neljäkymmentäyhdeksän
viisikymmentä viisikymmentäyksi viisikymmentäkaksi viisikymmentäkolme viisikymmentäneljä
viisikymmentäviisi viisikymmentäkuusi viisikymmentäseitsemän viisikymmentäkahdeksan
viisikymmentäyhdeksän
kuusikymmentä kuusikymmentäyksi kuusikymmentäkaksi kuusikymmentäkolme kuusikymmentäneljä
kuusikymmentäviisi kuusikymmentäkuusi kuusikymmentäseitsemän kuusikymmentäkahdeksan
kuusikymmentäyhdeksän
seitsemänkymmentä seitsemänkymmentäyksi seitsemänkymmentäkaksi seitsemänkymmentäkolme
seitsemänkymmentäneljä seitsemänkymmentäviisi seitsemänkymmentäkuusi seitsemänkymmentäseitsemän
seitsemänkymmentäkahdeksan seitsemänkymmentäyhdeksän
kahdeksankymmentä kahdeksankymmentäyksi kahdeksankymmentäkaksi kahdeksankymmentäkolme
kahdeksankymmentäneljä kahdeksankymmentäviisi kahdeksankymmentäkuusi kahdeksankymmentäseitsemän
kahdeksankymmentäkahdeksan kahdeksankymmentäyhdeksän
yhdeksänkymmentä yhdeksänkymmentäyksi yhdeksänkymmentäkaksi yhdeksänkymmentäkolme
yhdeksänkymmentäneljä yhdeksänkymmentäviisi yhdeksänkymmentäkuusi yhdeksänkymmentäseitsemän
yhdeksänkymmentäkahdeksan yhdeksänkymmentäyhdeksän
sata
""")

SV_NUMBERS = _words("""
noll ett två tre fyra fem sex sju åtta nio
tio elva tolv tretton fjorton femton sexton sjutton arton nitton
tjugo tjugoett tjugotvå tjugotre tjugofyra tjugofem tjugosex tjugosju tjugoåtta tjugonio
trettio trettioett trettiotvå trettiotre trettiofyra trettiofem trettiosex trettiosju trettioåtta
trettionio
fyrtio fyrtioett fyrtiotvå fyrtiotre fyrtiofyra fyrtiofem fyrtiosex fyrtiosju fyrtioåtta fyrtionio
femtio femtioett femtiotvå femtiotre femtiofyra femtiofem femtiosex femtiosju femtioåtta femtionio
sextio sextioett sextiotvå sextiotre sextiofyra sextiofem sextiosex sextiosju sextioåtta sextionio
sjuttio sjuttioett sjuttiotvå sjuttiotre sjuttiofyra sjuttiofem sjuttiosex sjuttiosju sjuttioåtta
sjuttionio
åttio åttioett åttiotvå åttiotre åttiofyra åttiofem åttiosex åttiosju åttioåtta åttionio
nittio nittioett nittiotvå nittiotre nittiofyra nittiofem nittiosex nittiosju nittioåtta nittionio
hundra
""")

# In common gender only these differ.
SV_COMMON = {
    1: "en", 21: "tjugoen", 31: "trettioen", 41: "fyrtioen", 51: "femtioen", 61: "sextioen",
    71: "sjuttioen", 81: "åttioen", 91: "nittioen",
}  # fmt: skip

# Monday to Sunday: on the day, and before a date.
WEEKDAYS = [
    ("maanantaina", "på måndag", "måndagen"),
    ("tiistaina", "på tisdag", "tisdagen"),
    ("keskiviikkona", "på onsdag", "onsdagen"),
    ("torstaina", "på torsdag", "torsdagen"),
    ("perjantaina", "på fredag", "fredagen"),
    ("lauantaina", "på lördag", "lördagen"),
    ("sunnuntaina", "på söndag", "söndagen"),
]

# The days of a month, from the first.
FI_DATES = _words("""
ensimmäisenä toisena kolmantena neljäntenä viidentenä kuudentena seitsemäntenä kahdeksantena
yhdeksäntenä kymmenentenä
yhdentenätoista kahdentenatoista kolmantenatoista neljäntenätoista viidentenätoista
kuudentenatoista seitsemäntenätoista kahdeksantenatoista yhdeksäntenätoista
kahdentenakymmenentenä kahdentenakymmenentenäensimmäisenä kahdentenakymmenentenätoisena
kahdentenakymmenentenäkolmantena kahdentenakymmenentenäneljäntenä
kahdentenakymmenentenäviidentenä kahdentenakymmenentenäkuudentena
kahdentenakymmenentenäseitsemäntenä kahdentenakymmenentenäkahdeksantena
kahdentenakymmenentenäyhdeksäntenä
kolmantenakymmenentenä kolmantenakymmenentenäensimmäisenä
""")
SV_DATES = _words("""
första andra tredje fjärde femte sjätte sjunde åttonde nionde tionde
elfte tolfte trettonde fjortonde femtonde sextonde sjuttonde artonde nittonde tjugonde
tjugoförsta tjugoandra tjugotredje tjugofjärde tjugofemte tjugosjätte tjugosjunde tjugoåttonde
tjugonionde trettionde trettioförsta
""")

# The two groupings of Finnish numbers, as they are written on a card: a mobile prefix of three
# with 3 and 4, and an area code apart; then what else there is, the prefix always first.
NUMBERS = {
    "+358401234567": "040 123 4567",
    "0501234567": "050 123 4567",
    "+3584571234567": "0457 123 4567",
    "091234567": "09 123 4567",
    "062189400": "06 218 9400",
    "0981642439": "09 816 424 39",
    "0191234567": "019 123 4567",
    "0291512360": "029 151 2360",
    "0800123456": "0800 123 456",
    "116117": "116 117",
    "112": "112",
}

# What is counted in the prompts: the partitive, and words of common gender.
FI_COUNTED = {"soittajaa", "takaisinsoittoa", "asiakasta", "kertaa"}
SV_COUNTED = {"personer", "återuppringningar", "klienter", "gånger"}
