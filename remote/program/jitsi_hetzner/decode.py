"""The JSON that verbs take and give, from and to dataclasses. These are its only description.

`remote/program/contract.ts` and `schema.json` are made from them: python3 remote/program/contract.py
"""

import json
import re
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from .failure import ExitCode, Failure

Taken = TypeVar("Taken")
REPAIR = "npm run repair -- web; then: pulumi up"
VERSION = 1
SHOWN_CHARACTERS = 60
LONGEST_INPUT = 1_000_000


@dataclass(frozen=True)
class Text:
    """What a text must look like, as a regular expression for all of it and in words."""

    pattern: str
    words: str


@dataclass(frozen=True)
class Number:
    """The least and the greatest that is allowed."""

    least: int
    greatest: int


# In file names, and in files whose fields blanks divide. A name with a dot would be a file that is being written.
Nickname = Annotated[str, Text("[A-Za-z0-9][A-Za-z0-9_-]*", "letters, digits, - and _")]
Name = Annotated[str, Text("[A-Za-z0-9][A-Za-z0-9._-]*", "letters, digits, ., - and _")]
Address = Annotated[str, Text(r"[0-9]{1,3}(\.[0-9]{1,3}){3}", "an IPv4 address")]
IpAddress = Annotated[str, Text("[0-9a-fA-F:.]+", "an IP address")]
Domain = Annotated[str, Text("[a-z0-9][a-z0-9.-]*", "a domain name")]
Version = Annotated[str, Text("[A-Za-z0-9][A-Za-z0-9.+:~-]*", "the version of a Debian package")]
Word = Annotated[str, Text("[A-Za-z0-9_-]+", "letters, digits, - and _")]


def decode(text: str, taken: type[Taken]) -> Taken:
    """The verb's own fields.

    Raises Failure: with MISFIT for the JSON of a newer program, else with REFUSED and all that is wrong in it.
    """
    problems: list[str] = []
    made: Taken = _value(decode_object(text), taken, "", problems)
    if problems:
        raise refused("; ".join(problems))
    return made


def decode_object(text: str) -> dict[str, Any]:
    """All fields but the version, which is checked."""
    given = _object_of(text)
    _expect_version(given.pop("version", None))
    return given


def refused(problem: str) -> Failure:
    """The JSON is none that the verb takes."""
    return Failure(f"the JSON on stdin: {problem}. Nothing was done", "pulumi up", ExitCode.REFUSED)


def encode(given: object) -> str:
    """The JSON of a result, in one line."""
    return json.dumps({"version": VERSION, **_plain(given)}, ensure_ascii=False)


def json_name(name: str) -> str:
    """settings_hash is settingsHash there."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def is_required(field: Field[Any]) -> bool:
    """Whether the JSON must have it."""
    return field.default is MISSING and field.default_factory is MISSING


def _object_of(text: str) -> dict[str, Any]:
    if len(text) > LONGEST_INPUT:
        raise refused(f"it is longer than {LONGEST_INPUT} characters")
    if not text.strip():
        raise refused("there is none")
    try:
        found = json.loads(text)
    except json.JSONDecodeError as problem:
        ends_early = problem.pos >= len(text.rstrip()) or not text.rstrip().endswith("}")
        if text.lstrip().startswith("{") and ends_early:
            raise refused(f"it is cut off after {len(text)} characters") from None
        raise refused(f"{problem.msg} at character {problem.pos + 1} of {len(text)}") from None
    if not isinstance(found, dict):
        raise refused(f"it is {_kind(found)}, and an object is needed")
    return found


def _expect_version(version: object) -> None:
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise refused(f"its version is {_shown(version)}, and {VERSION} is needed")
    if version > VERSION:
        raise Failure(
            f"the JSON on stdin has version {version}, and this program knows {VERSION}: the program is older than "
            "the step. Nothing was done",
            REPAIR,
            ExitCode.MISFIT,
        )


def _value(given: Any, kind: Any, path: str, problems: list[str]) -> Any:
    """The value as that kind; what is wrong with it goes to `problems`."""
    origin = get_origin(kind)
    if origin is Annotated:
        bare, rule = get_args(kind)
        return _checked(_value(given, bare, path, problems), rule, path, problems)
    if origin in (Union, UnionType):
        (bare,) = [one for one in get_args(kind) if one is not NoneType]
        return None if given is None else _value(given, bare, path, problems)
    if origin is tuple:
        return _list(given, get_args(kind)[0], path, problems)
    if is_dataclass(kind) and isinstance(kind, type):
        return _record(given, kind, path, problems)
    if type(given) is not kind:
        problems.append(f"{path} is {_kind(given)}, and {_KINDS[kind]} is needed")
        return None
    return given


def _checked(made: Any, rule: Text | Number, path: str, problems: list[str]) -> Any:
    if made is None:
        return None
    if isinstance(rule, Text) and not re.fullmatch(rule.pattern, made):
        problems.append(f"{path} is {_shown(made)}, and {rule.words} is needed")
    if isinstance(rule, Number) and not rule.least <= made <= rule.greatest:
        problems.append(f"{path} is {made}, and {rule.least} to {rule.greatest} is needed")
    return made


def _list(given: Any, kind: Any, path: str, problems: list[str]) -> Any:
    if not isinstance(given, list):
        problems.append(f"{path} is {_kind(given)}, and a list is needed")
        return None
    return tuple(_value(one, kind, f"{path}[{index}]", problems) for index, one in enumerate(given))


def _record(given: Any, kind: type[Any], path: str, problems: list[str]) -> Any:
    if not isinstance(given, dict):
        problems.append(f"{path} is {_kind(given)}, and an object is needed")
        return None
    before = f"{path}." if path else ""
    kinds = get_type_hints(kind, include_extras=True)
    values: dict[str, Any] = {}
    unknown = dict(given)
    for field in fields(kind):
        name = json_name(field.name)
        if name in unknown:
            values[field.name] = _value(unknown.pop(name), kinds[field.name], f"{before}{name}", problems)
        elif is_required(field):
            problems.append(f"{before}{name} is missing")
    problems.extend(f"{before}{name} is unknown to this verb" for name in unknown)
    return None if problems else kind(**values)


def _plain(given: Any) -> Any:
    if is_dataclass(given) and not isinstance(given, type):
        return {json_name(one.name): _plain(getattr(given, one.name)) for one in fields(given)}
    if isinstance(given, dict):
        return {name: _plain(value) for name, value in given.items()}
    if isinstance(given, tuple | list):
        return [_plain(one) for one in given]
    return given


_KINDS = {str: "a text", int: "a whole number", bool: "true or false", float: "a number"}


def _kind(given: object) -> str:
    if given is None:
        return "null"
    if isinstance(given, dict):
        return "an object"
    if isinstance(given, list):
        return "a list"
    return _KINDS.get(type(given), "of another kind")


def _shown(given: object) -> str:
    text = json.dumps(given, ensure_ascii=False)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."
