"""What an editor is told about the configuration files, as JSON Schemas, from the code's own types.

`ivr check --schemas DIR` writes them; `# yaml-language-server:` lines in the files name them.
Source: JSON Schema 2020-12.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from ivr.config.people import CounsellorsFile
from ivr.config.prompt_help import when_said
from ivr.config.schema import LinesFile, ScheduleFile
from ivr.config.section import Section
from ivr.config.values import NAME
from ivr.domain.call import Language
from ivr.domain.prompts import REQUIRED_PROMPTS, SPOKEN_AT_BUILD

FILES: Final[Mapping[str, type[Section]]] = {
    "lines.yaml": LinesFile,
    "schedule.yaml": ScheduleFile,
    "counsellors.yaml": CounsellorsFile,
}

JsonSchema = Mapping[str, Any]


def json_schemas() -> Mapping[str, JsonSchema]:
    """The schema of each file by its name, `lines.yaml` for one; every key has a description."""
    sections = {
        name: kind.model_json_schema(schema_generator=_Generator) for name, kind in FILES.items()
    }
    prompts = {f"prompts.{language}.yaml": _prompts(language) for language in Language}
    return {
        name: {"$schema": GenerateJsonSchema.schema_dialect, "title": name, **schema}
        for name, schema in {**sections, **prompts}.items()
    }


def schema_files() -> Mapping[str, str]:
    """The text of each schema by the name of its file, `lines.schema.json` for one."""
    return {
        f"{Path(name).stem}.schema.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for name, schema in json_schemas().items()
    }


class _Generator(GenerateJsonSchema):
    """Says what an administrator may write, and nothing of how it is kept."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Never: a title made of the key says nothing new."""
        return False

    def encode_default(self, dft: Any) -> Any:
        """The default as an administrator writes it."""
        if isinstance(dft, bool):
            return "yes" if dft else "no"
        return super().encode_default(dft)

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> dict[str, Any]:
        """A value and what is in force without, if anything is."""
        found = super().default_schema(schema)
        if found.get("default", found) is None:
            del found["default"]
        return found

    def dict_schema(self, schema: core_schema.DictSchema) -> dict[str, Any]:
        """A section whose keys are names of the administrator's own."""
        found = super().dict_schema(schema)
        if "patternProperties" in found:
            found["additionalProperties"] = False
        return found

    def model_schema(self, schema: core_schema.ModelSchema) -> dict[str, Any]:
        """A section; what it is for stands where it is used."""
        found = super().model_schema(schema)
        found.pop("title", None)
        return found


def _prompts(language: Language) -> JsonSchema:
    own = f"a prompt of your own in {language}, such as the topic_prompt of a line"
    return {
        "description": f"What the line says in {language}, over the texts that come with it.",
        "type": "object",
        "properties": {
            name: {"type": "string", "minLength": 1, "description": _about(name, slots)}
            for name, slots in REQUIRED_PROMPTS.items()
        },
        "patternProperties": {
            f"^({NAME.pattern})$": {"type": "string", "minLength": 1, "description": own}
        },
        "additionalProperties": False,
    }


def _about(prompt: str, slots: frozenset[str]) -> str:
    """When it is said, what its text has to hold, and what it may."""
    must = ", ".join(f"{{{slot}}}" for slot in sorted(slots))
    may = ", ".join(f"{{{slot}}}" for slot in sorted(SPOKEN_AT_BUILD))
    holds = f"says {must}, and may say {may}" if must else f"may say {may}"
    return f"{when_said(prompt)}. It {holds}; left out: the text that comes with the line"
