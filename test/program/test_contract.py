"""What the verbs take and give, as those see it who call them."""

import json
from pathlib import Path
from typing import Any

import contract
from jitsi_hetzner.cli import VERBS

from .build import PACKAGE, SOURCE, files_of
from .case import Case, each

LONGEST_FILE = 250


class Contract(Case):
    @each(("schema.json",), ("contract.ts",))
    def test_is_as_the_dataclasses_are(self, name: str) -> None:
        made = {path.name: text for path, text in contract.texts().items()}[name]
        current = (SOURCE / name).read_text()
        self.assertEqual(current, made, "after a change: python3 remote/program/contract.py")

    def test_says_of_each_field_of_a_step_whether_it_must_be_there(self) -> None:
        stdin = contract.schema()["properties"]["stdin"]["properties"]
        self.assertEqual(stdin["restart"]["required"], ["version", "bridges", "bridgeVersion"])
        self.assertEqual(list(stdin["restart"]["properties"])[-1], "bridgeVersion")
        self.assertFalse(stdin["restart"]["additionalProperties"])

    def test_has_no_digest_which_a_delete_would_have_too(self) -> None:
        stdin = contract.schema()["properties"]["stdin"]["properties"]
        self.assertEqual([name for name, one in stdin.items() if "digest" in one["properties"]], [])

    def test_is_small(self) -> None:
        bridge = {"name": "jvb-10", "nickname": "jvb-123456789", "address": "10.0.255.255"}
        step: dict[str, Any] = {"version": 1, "bridge": bridge, "draining": False}
        self.assertLess(len(json.dumps(step)), 150)


class Files(Case):
    """Of the program."""

    def test_of_one_verb_are_none_of_another(self) -> None:
        for verb in ("drain", "restart", "policy"):
            others = {Path(file).name for file in files_of(SOURCE, verb) if "/verbs/" in file}
            self.assertEqual(others, {f"{verb.replace('-', '_')}.py"})

    def test_that_only_the_status_needs_are_of_the_status_alone(self) -> None:
        for verb in ("accept", "drain", "policy", "restart", "serve"):
            names = {Path(file).name for file in files_of(SOURCE, verb)}
            self.assertFalse({"facts.py", "health.py", "recorder_facts.py", "status_table.py"} & names)

    def test_that_empty_a_bridge_are_of_those_that_empty_one(self) -> None:
        users = [verb for verb in VERBS if f"{PACKAGE}/emptying.py" in files_of(SOURCE, verb)]
        self.assertEqual(users, ["drain", "restart", "serve"])

    def test_have_one_reason_to_exist_each(self) -> None:
        too_long = [str(one) for one in SOURCE.rglob("*.py") if len(one.read_text().splitlines()) > LONGEST_FILE]
        self.assertEqual(too_long, [])
