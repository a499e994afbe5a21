"""The page of the keys: every key of every YAML file, from the schemas of the code's own types."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ivr.config import json_schemas
from ivr.manual.kinds import is_plain, kind
from ivr.manual.markdown import cell, code, table

Schema = Mapping[str, Any]

_HEAD = """# Keys of the YAML files

What may stand in each file of the configuration folder. NAME is a name that you choose. `ivr check`
refuses a key that is not here and names the one that was probably meant; an editor that knows JSON
Schema shows the same while you write.
"""


def page() -> str:
    """The page in Markdown."""
    return "\n".join([_HEAD, *(part for files in _alike() for part in _file(*files))])


def _alike() -> Iterator[tuple[Sequence[str], Schema]]:
    """The files, those with the same keys together (the prompts of each language)."""
    told: list[tuple[list[str], Schema]] = []
    for name, schema in json_schemas().items():
        same = [names for names, known in told if known["properties"] == schema["properties"]]
        if same:
            same[0].append(name)
        else:
            told.append(([name], schema))
    yield from told


def _file(names: Sequence[str], schema: Schema) -> Iterator[str]:
    about = (str(json_schemas()[name].get("description", "")) for name in names)
    yield f"## {', '.join(names)}\n"
    yield f"{cell(' '.join(about))}\n"
    yield from _section(schema, schema.get("$defs", {}), path="")


def _section(schema: Schema, types: Schema, *, path: str) -> Iterator[str]:
    """The keys of one section, then its sections, each under its path, such as `lines: NAME:`."""
    if path:
        yield f"### {path}\n"
    required = schema.get("required", ())
    keys = {key: _resolved(value, types) for key, value in schema.get("properties", {}).items()}
    patterns = [_resolved(one, types) for one in schema.get("patternProperties", {}).values()]
    rows = [_row(key, value, required=key in required) for key, value in keys.items()]
    rows += [_row("NAME", one, required=False) for one in patterns if "description" in one]
    yield table(["key", "", "value", "if left out"], rows)
    for key, value in keys.items():
        for under, section in _inside(value, types):
            yield from _section(section, types, path=f"{path} {key}:{under}".strip())


def _row(key: str, value: Schema, *, required: bool) -> Sequence[str]:
    about = cell(str(value.get("description", "")))
    return [code(key), about, cell(kind(value)), _left_out(value, required=required)]


def _left_out(value: Schema, *, required: bool) -> str:
    if required:
        return "must be given"
    default = value.get("default")
    if default is None or default in ([], {}):
        return ""
    if isinstance(default, list):
        return code(f"[{', '.join(str(each) for each in default)}]")
    return code(f"{default:g}" if isinstance(default, float) else str(default))


def _inside(value: Schema, types: Schema) -> Iterator[tuple[str, Schema]]:
    """The sections that stand under a key, and what stands between: ` NAME:`, ` -`, nothing."""
    if "properties" in value and not is_plain(value):
        yield "", value
    for one in value.get("patternProperties", {}).values():
        if "properties" in (found := _resolved(one, types)):
            yield " NAME:", found
    if "properties" in (found := _resolved(value.get("items", {}), types)):
        yield " -", found


def _resolved(value: Schema, types: Schema) -> Schema:
    """The value with what its type says; what stands at the key goes first."""
    if "$ref" not in value:
        return value
    own = {name: said for name, said in value.items() if name != "$ref"}
    return {**types[str(value["$ref"]).rpartition("/")[2]], **own}
