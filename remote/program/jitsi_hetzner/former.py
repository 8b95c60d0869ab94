"""Deletes in states of the program before this one. They run the verbs of today.

In that program, a drain was a script in shell, with its values under `values`. The deletes of its other steps are those
of today. Creates and updates of its steps never run again: a step takes the text of today first.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

from .decode import VERSION, decode_object, refused

# By verb and argument: the verb of today.
DELETES = {("web/drain", "drain"): "drain"}
# The fields of a bridge, by the names of before.
FIELDS = {"NAME": "name", "NICKNAME": "nickname", "REST_ADDRESS": "address"}


def verb_of_today(words: Sequence[str]) -> tuple[Sequence[str], Callable[[str], str]]:
    """The command as this program has it, and what makes its JSON of the one that comes."""
    verb = DELETES.get((words[0], words[1])) if len(words) == 2 else None
    return (words, lambda text: text) if verb is None else ([verb], _drain_input)


def _drain_input(text: str) -> str:
    """What is missing in it stays so, and is refused by the verb."""
    values = decode_object(text).get("values")
    if not isinstance(values, dict):
        raise refused("it has no object `values`")
    bridge: dict[str, Any] = {ours: values[before] for before, ours in FIELDS.items() if before in values}
    # A drain does not look at `draining`.
    return json.dumps({"version": VERSION, "bridge": bridge, "draining": False})
