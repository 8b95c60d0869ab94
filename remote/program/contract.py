"""Writes what the verbs take and give for those who call them: schema.json, and contract.ts with the TypeScript types.

Both are made from the dataclasses that the verbs themselves decode. After a change: python3 remote/program/contract.py
"""

import inspect
import json
import sys
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from jitsi_hetzner.cli import VERBS, load_verb
from jitsi_hetzner.decode import VERSION, Number, Text, is_required, json_name

FOLDER = Path(__file__).resolve().parent
HEADER = (
    "Made from the dataclasses of remote/program/jitsi_hetzner: python3 remote/program/contract.py; change them there."
)
SCALARS = {str: "string", int: "integer", float: "number", bool: "boolean"}
SCALARS_OF_TYPESCRIPT = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean"}
# Of prettier.
WIDTH = 100
Schema = dict[str, Any]


def schema() -> Schema:
    """A JSON Schema: for each verb its stdin and its stdout, and what they consist of."""
    definitions: dict[str, Schema] = {}
    verbs = {name: load_verb(name) for name in VERBS}
    stdin = {name: _with_version(verb.takes, definitions) for name, verb in verbs.items() if verb.takes is not None}
    stdout = {name: _with_version(verb.gives, definitions) for name, verb in verbs.items() if verb.gives}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": HEADER,
        "type": "object",
        "properties": {
            "stdin": {"type": "object", "properties": stdin},
            "stdout": {"type": "object", "properties": stdout},
        },
        "$defs": definitions,
    }


def typescript(whole: Schema) -> str:
    """The types that follow from the schema."""
    parts = [f"// {HEADER}", f"/** Of the JSON. */\nexport const contractVersion = {VERSION};"]
    parts += [_interface(name, one) for name, one in whole["$defs"].items()]
    for name, comment in (("stdin", "takes on stdin"), ("stdout", "prints")):
        verbs = whole["properties"][name]["properties"]
        parts.append(
            f"/** What each verb {comment}, beside `version`. */\nexport interface Verb{name.capitalize()} {{\n"
            + "".join(
                f"  {json.dumps(verb) if '-' in verb else verb}: {_reference(one)};\n" for verb, one in verbs.items()
            )
            + "}"
        )
    return "\n\n".join(parts) + "\n"


def texts() -> dict[Path, str]:
    """The files, as they are to be."""
    whole = schema()
    return {FOLDER / "schema.json": f"{_pretty(whole)}\n", FOLDER / "contract.ts": typescript(whole)}


def _with_version(kind: type[Any], definitions: dict[str, Schema]) -> Schema:
    own = _record(kind, definitions)
    return {
        "type": "object",
        "title": kind.__name__,
        "properties": {"version": {"const": VERSION}, **own["properties"]},
        "required": ["version", *own["required"]],
        "additionalProperties": False,
    }


def _schema_of(kind: Any, definitions: dict[str, Schema]) -> Schema:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        bare, rule = arguments
        return {**_schema_of(bare, definitions), **_rule(rule)}
    if origin in (Union, UnionType):
        (bare,) = [one for one in arguments if one is not NoneType]
        return {"anyOf": [_schema_of(bare, definitions), {"type": "null"}]}
    if origin is tuple:
        return {"type": "array", "items": _schema_of(arguments[0], definitions)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema_of(arguments[1], definitions)}
    if is_dataclass(kind) and isinstance(kind, type):
        _record(kind, definitions)
        return {"$ref": f"#/$defs/{kind.__name__}"}
    return {"type": SCALARS[kind]}


def _record(kind: type[Any], definitions: dict[str, Schema]) -> Schema:
    kinds = get_type_hints(kind, include_extras=True)
    comments = _comments(kind)
    properties = {}
    for field in fields(kind):
        own = _schema_of(kinds[field.name], definitions)
        comment = comments.get(field.name)
        properties[json_name(field.name)] = own if comment is None else {"description": comment, **own}
    made: Schema = {
        "description": inspect.cleandoc(kind.__doc__ or ""),
        "type": "object",
        "properties": properties,
        "required": [json_name(field.name) for field in fields(kind) if is_required(field)],
        "additionalProperties": False,
    }
    definitions[kind.__name__] = made
    return made


def _rule(rule: Text | Number) -> Schema:
    if isinstance(rule, Text):
        return {"pattern": f"^{rule.pattern}$"}
    return {"minimum": rule.least, "maximum": rule.greatest}


def _comments(kind: type[Any]) -> dict[str, str]:
    """Of a dataclass' fields: the lines of comment above each, in the base classes too."""
    found: dict[str, str] = {}
    for base in reversed([one for one in kind.__mro__ if is_dataclass(one)]):
        above: list[str] = []
        for line in map(str.strip, inspect.getsource(base).splitlines()):
            if line.startswith("# "):
                above.append(line.removeprefix("# "))
                continue
            if above and ":" in line:
                found[line.partition(":")[0]] = " ".join(above)
            above = []
    return found


def _interface(name: str, one: Schema) -> str:
    lines = []
    for field, own in one["properties"].items():
        if "description" in own:
            lines.append(f"  /** {own['description']} */")
        optional = "" if field in one["required"] else "?"
        lines.append(f"  readonly {field}{optional}: {_type_of(own)};")
    description = "\n".join(f" * {line}".rstrip() for line in one["description"].splitlines())
    comment = f"/**\n{description}\n */" if "\n" in description else f"/** {one['description']} */"
    if not lines:
        return f"{comment}\nexport type {name} = Readonly<Record<string, never>>;"
    return "\n".join([comment, f"export interface {name} {{", *lines, "}"])


def _type_of(own: Schema) -> str:
    if "$ref" in own:
        return str(own["$ref"]).rpartition("/")[2]
    if "anyOf" in own:
        return " | ".join(_type_of(one) for one in own["anyOf"])
    if own["type"] == "null":
        return "null"
    if own["type"] == "array":
        return f"readonly {_type_of(own['items'])}[]"
    if own["type"] == "object":
        return f"Readonly<Record<string, {_type_of(own['additionalProperties'])}>>"
    return SCALARS_OF_TYPESCRIPT[own["type"]]


def _reference(one: Schema) -> str:
    return str(one["title"])


def _pretty(value: Any, indent: str = "", before: int = 0) -> str:
    """As prettier formats JSON."""
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or not value:
        return line
    if (
        isinstance(value, list)
        and before + len(line) < WIDTH
        and not any(isinstance(one, dict | list) for one in value)
    ):
        return line
    inner = f"{indent}  "
    if isinstance(value, dict):
        names = {name: f"{inner}{json.dumps(name)}: " for name in value}
        parts = [f"{names[name]}{_pretty(one, inner, len(names[name]))}" for name, one in value.items()]
        return "{\n" + ",\n".join(parts) + f"\n{indent}}}"
    return "[\n" + ",\n".join(f"{inner}{_pretty(one, inner, len(inner))}" for one in value) + f"\n{indent}]"


if __name__ == "__main__":
    for path, text in texts().items():
        path.write_text(text)
        print(f"wrote {path}", file=sys.stderr)
