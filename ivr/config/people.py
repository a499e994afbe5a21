"""Which keys counsellors.yaml has: who answers, what they can do, and their phones."""

from typing import Annotated, Final, TypeVar

from pydantic import Discriminator, Field, Tag

from ivr.config.fields import (
    InternalNumber,
    LanguageField,
    Name,
    OptionalName,
    SignsInField,
    Text,
)
from ivr.config.policies import DeskSection
from ivr.config.section import Section
from ivr.domain.call import Language
from ivr.domain.service import SignsIn

AS_LIST: Final = "[list]"
AS_LEVELS: Final = "[levels]"
"""Marks that pydantic puts into the path of a value with two forms; no key can be one of them."""


_Skill = TypeVar("_Skill", bound=str)


def _form(value: object) -> str:
    return AS_LEVELS if isinstance(value, dict) else AS_LIST


Level = Annotated[int, Field(ge=1, le=9)]
TopicSkills = Annotated[
    Annotated[list[Name], Field(min_length=1), Tag(AS_LIST)]
    | Annotated[dict[Name, Level], Field(min_length=1), Tag(AS_LEVELS)],
    Discriminator(_form),
]
LanguageSkills = Annotated[
    Annotated[list[LanguageField], Field(min_length=1), Tag(AS_LIST)]
    | Annotated[dict[LanguageField, Level], Field(min_length=1), Tag(AS_LEVELS)],
    Discriminator(_form),
]


def _levels(skills: list[_Skill] | dict[_Skill, int]) -> dict[_Skill, int]:
    return skills if isinstance(skills, dict) else dict.fromkeys(skills, 1)


class CounsellorSection(Section):
    """`counsellors:` in counsellors.yaml, one person."""

    name: Text = Field(description="the counsellor's name")
    number: InternalNumber = Field(
        description="two to five digits, by which the counsellor signs in and is reached"
    )
    account: OptionalName = Field(
        default=None, description="the SIP account of the counsellor's own phone, if there is one"
    )
    topics: TopicSkills = Field(
        description=(
            "the topics that the counsellor serves, as a list, or each with a level of skill"
            " from 1 (best) to 9"
        )
    )
    languages: LanguageSkills = Field(
        description="fi, sv or both, as a list, or each with a level of skill from 1 (best) to 9"
    )
    own_language: LanguageField | None = Field(
        default=None, description="in which the phone system speaks to them; left out: their first"
    )
    signs_in: SignsInField = Field(
        default=SignsIn.WITH_PHONE,
        description="with_phone: when their phone is switched on; with_code: by *1, number and PIN",
    )

    def topic_levels(self) -> dict[str, int]:
        """The topics with the level of skill."""
        return _levels(self.topics)

    def language_levels(self) -> dict[Language, int]:
        """The languages with the level of skill."""
        return _levels(self.languages)


class CounsellorsFile(Section):
    """counsellors.yaml: who answers, and on which phones."""

    desk: DeskSection = Field(
        default_factory=DeskSection, description="what holds for all counsellors"
    )
    shared_phones: list[Name] = Field(
        default_factory=list,
        description="SIP accounts of phones that belong to no one person; left out: none",
    )
    counsellors: dict[Name, CounsellorSection] = Field(min_length=1, description="who answers")
