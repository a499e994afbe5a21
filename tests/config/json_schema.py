"""What a JSON Schema says against a value: as much of 2020-12 as our schemas use."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}
_NOTES = {"$schema", "$defs", "title", "description", "default", "examples"}
_KNOWN = {
    *("$ref", "type", "enum", "anyOf", "oneOf", "pattern", "minLength", "maxLength"),
    *("minimum", "maximum", "exclusiveMinimum", "items", "minItems", "minProperties", "required"),
    *("properties", "patternProperties", "propertyNames", "additionalProperties"),
}


def faults(value: object, schema: Mapping[str, Any], root: Mapping[str, Any]) -> list[str]:
    """What is wrong, by the keyword that says so; fails on a keyword that it does not know."""
    assert set(schema) <= _KNOWN | _NOTES, set(schema) - _KNOWN
    if "$ref" in schema:
        return faults(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root)
    return [
        *_choices(value, schema, root),
        *_of_a_value(value, schema),
        *_of_a_list(value, schema, root),
        *_of_a_section(value, schema, root),
    ]


def _choices(value: object, schema: Mapping[str, Any], root: Mapping[str, Any]) -> Iterator[str]:
    fitting = [not faults(value, each, root) for each in schema.get("anyOf", [])]
    if fitting and not any(fitting):
        yield "anyOf"
    exactly = [not faults(value, each, root) for each in schema.get("oneOf", [])]
    if exactly and exactly.count(True) != 1:
        yield "oneOf"


def _of_a_value(value: object, schema: Mapping[str, Any]) -> Iterator[str]:
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and (isinstance(value, bool) or not any(isinstance(value, _TYPES[k]) for k in kinds)):
        yield "type"
    if not any(value == each and type(value) is type(each) for each in schema.get("enum", [value])):
        yield "enum"
    yield from _bounds(value, schema)


def _bounds(value: object, schema: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(value, str):
        if not re.search(schema.get("pattern", ""), value):
            yield "pattern"
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
            yield "length"
    elif isinstance(value, int | float):
        if not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            yield "range"
        if value <= schema.get("exclusiveMinimum", value - 1):
            yield "exclusiveMinimum"


def _of_a_list(value: object, schema: Mapping[str, Any], root: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            yield "minItems"
        for each in value:
            yield from faults(each, schema.get("items", {}), root)


def _of_a_section(
    value: object, schema: Mapping[str, Any], root: Mapping[str, Any]
) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    if len(value) < schema.get("minProperties", 0):
        yield "minProperties"
    if not value.keys() >= set(schema.get("required", [])):
        yield "required"
    for key, each in value.items():
        yield from faults(key, schema.get("propertyNames", {}), root)
        found = _of_a_key(key, schema)
        if found is False:
            yield f"additionalProperties: {key}"
        elif isinstance(found, dict):
            yield from faults(each, found, root)


def _of_a_key(key: str, schema: Mapping[str, Any]) -> object:
    if key in schema.get("properties", {}):
        return schema["properties"][key]
    for pattern, found in schema.get("patternProperties", {}).items():
        if re.search(pattern, key):
            return found
    return schema.get("additionalProperties", True)
