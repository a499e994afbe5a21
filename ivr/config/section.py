"""What every section of a configuration file has in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from ivr.config.fields import Text
from ivr.domain.call import Language

Seconds = Annotated[float, Field(gt=0, le=3600)]
SecondsOrNone = Annotated[float, Field(ge=0, le=3600)]


class Section(BaseModel):
    """A section of a file: no key that is not known, no value of another kind."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Bilingual(Section):
    """A text in both languages."""

    fi: Text = Field(description="the text in Finnish")
    sv: Text = Field(description="the text in Swedish")

    def texts(self) -> dict[Language, str]:
        """The texts by language."""
        return {Language.FI: self.fi, Language.SV: self.sv}
