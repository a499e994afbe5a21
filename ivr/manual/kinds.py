"""What kind of value a key takes, in words: `a whole number, 0 to 9`."""

from collections.abc import Mapping, Sequence
from typing import Any

Schema = Mapping[str, Any]

_SIMPLE = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "yes or no",
}
_YES_OR_NO = frozenset({"yes", "no", True, False})


def kind(value: Schema) -> str:
    """The kind of a value by its schema (JSON Schema 2020-12), as our own schemas are made."""
    ways: Sequence[Schema] = value.get("anyOf") or value.get("oneOf") or ()
    if ways:
        said = (kind(way) for way in ways if way.get("type") != "null")
        return ", or ".join(dict.fromkeys(said))
    if "enum" in value:
        return _choice(value["enum"])
    if "properties" in value:
        keys = ", ".join(f"{key}: …" for key in value["properties"])
        return f"`{{{keys}}}`" if is_plain(value) else "a section, below"
    return _bounded(value) + _example(value)


def is_plain(section: Schema) -> bool:
    """Whether a section is told in one line, as a text in both languages is."""
    values = section["properties"].values()
    return len(section["properties"]) == 2 and all(one.get("type") == "string" for one in values)


def _choice(words: Sequence[object]) -> str:
    if set(words) == _YES_OR_NO:
        return "yes or no"
    return " or ".join(f"`{word}`" for word in words)


def _bounded(value: Schema) -> str:
    types = value.get("type")
    named = (
        next((each for each in types if each != "null"), "") if isinstance(types, list) else types
    )
    if named == "array":
        items = value.get("items", {})
        return "a list of sections, below" if "$ref" in items else f"a list: {kind(items)}"
    if named == "object":
        return _by_name(value)
    return _SIMPLE.get(str(named), "anything") + _bounds(value)


def _by_name(value: Schema) -> str:
    patterns = list(value.get("patternProperties", {}).values())
    inside = patterns[0] if patterns else value["additionalProperties"]
    return "a section for each name, below" if "$ref" in inside else f"by name: {kind(inside)}"


def _bounds(value: Schema) -> str:
    low, high = value.get("minimum"), value.get("maximum")
    if low is not None and high is not None:
        return f", {low:g} to {high:g}"
    if high is not None and "exclusiveMinimum" in value:
        return f", above {value['exclusiveMinimum']:g}, at most {high:g}"
    return f", at least {low:g}" if low is not None else ""


def _example(value: Schema) -> str:
    examples = value.get("examples", ())
    return f", such as `{examples[0]}`" if examples else ""
