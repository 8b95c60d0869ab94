"""The verb policy: what drains have to know, and declared bridges put right."""

from typing import Any

from jitsi_hetzner.locks import Purpose

from .case import Case, each
from .fake_bridge import FakeBridge
from .fake_cluster import FakeCluster, Outcome
from .faults import Fault


def declared(bridge: FakeBridge, *, draining: bool = False) -> dict[str, Any]:
    return {"name": bridge.name, "nickname": bridge.nickname, "draining": draining}


class PolicyCase(Case):
    def setUp(self) -> None:
        self.cluster = FakeCluster()
        self.addCleanup(self.cluster.close)
        self.first, self.second = self.cluster.bridges

    def policy(self, *bridges: dict[str, Any], media: dict[str, list[str]] | None = None) -> Outcome:
        places = [{"nickname": name, "addresses": found} for name, found in (media or {}).items()]
        fields = {
            "bridges": list(bridges),
            "media": places,
            "recorders": [],
            "drainTimeoutSeconds": 9,
            "recordingDrainTimeoutSeconds": 99,
            "forceDrain": False,
        }
        return self.cluster.run("policy", fields)


class Policy(PolicyCase):
    def test_writes_what_drains_have_to_know_as_the_shell_before_wrote_it(self) -> None:
        self.assertEqual(self.policy(declared(self.first)).code, 0)
        # `jq -S .`
        self.assertEqual(
            self.cluster.paths.policy.read_text(),
            '{\n  "bridges": [\n    {\n      "draining": false,\n      "name": "b0",\n      "nickname": "jvb-100"\n'
            '    }\n  ],\n  "drainTimeoutSeconds": 9,\n  "forceDrain": false,\n  "recorders": [],\n'
            '  "recordingDrainTimeoutSeconds": 99\n}\n',
        )

    def test_says_that_it_wrote_the_file_only_where_it_is_another_one(self) -> None:
        self.assertIn(f"policy: wrote {self.cluster.paths.policy}", self.policy(declared(self.first)).text)
        self.assertEqual(self.policy(declared(self.first)).text, "")

    def test_touches_neither_new_bridges_nor_those_as_they_should_be_nor_one_that_restarts(self) -> None:
        self.cluster.set_goal(self.second, "out")
        self.second.draining = True
        self.assertEqual(self.policy(declared(self.first), declared(self.second)).code, 0)
        self.assertEqual((self.first.asked, self.second.asked), ([], []))

    def test_puts_a_declared_bridge_back_into_service_that_a_broken_run_left_leaving(self) -> None:
        self.cluster.set_goal(self.first, "leaving")
        self.first.draining = True
        outcome = self.policy(declared(self.first))
        self.assertEqual((outcome.code, self.first.draining, self.cluster.goals()), (0, False, {"b0": "serving"}))
        self.assertIn("b0 was leaving and is declared: putting it right", outcome.text)
        self.assertEqual(self.cluster.locks.taken, [("jvb-100", Purpose.RESTORE)])

    def test_starts_one_again_that_had_left_already_and_warms_it(self) -> None:
        self.cluster.set_goal(self.first, "left")
        self.first.stop()
        self.assertEqual(self.policy(declared(self.first)).code, 0)
        self.assertEqual(self.first.asked, ["start", "conference", "expire", "drain/disable"])

    def test_takes_one_out_of_service_again_that_is_to_be_empty(self) -> None:
        self.cluster.set_goal(self.first, "serving")
        self.assertEqual(self.policy(declared(self.first, draining=True)).code, 0)
        self.assertEqual((self.first.draining, self.cluster.goals()), (True, {"b0": "drained"}))

    def test_starts_one_again_that_had_left_and_is_to_be_empty(self) -> None:
        self.cluster.set_goal(self.first, "left")
        self.first.stop()
        self.assertEqual(self.policy(declared(self.first, draining=True)).code, 0)
        self.assertEqual((self.first.runs, self.first.draining, self.cluster.goals()), (True, True, {"b0": "drained"}))

    def test_fails_and_names_no_other_when_one_cannot_be_put_back(self) -> None:
        for bridge in self.cluster.bridges:
            self.cluster.set_goal(bridge, "leaving")
        self.first.faults["/colibri/drain/disable"] = Fault.NOT_FOUND
        outcome = self.policy(declared(self.first), declared(self.second))
        self.assertEqual((outcome.code, self.cluster.goals()), (1, {"b0": "leaving", "b1": "serving"}))
        self.assertIn("drain mode of b0 cannot be switched off", outcome.text)
        self.assertIn("cannot be put back: 1", outcome.text)

    def test_leaves_the_work_to_the_bridges_own_step_where_that_is_at_work(self) -> None:
        self.cluster.set_goal(self.first, "leaving")
        self.cluster.locks.at_work["jvb-100"] = Purpose.SERVING
        self.assertEqual((self.policy(declared(self.first)).code, self.first.asked), (0, []))

    def test_does_nothing_where_the_bridges_own_step_was_faster(self) -> None:
        self.cluster.set_goal(self.first, "leaving")
        self.cluster.locks.on_take = lambda: self.cluster.set_goal(self.first, "serving")
        self.assertEqual((self.policy(declared(self.first)).code, self.first.asked), (0, []))

    def test_refuses_a_registry_of_a_newer_program(self) -> None:
        self.cluster.set_goal(self.first, "hibernating")
        outcome = self.policy(declared(self.first))
        self.assertEqual(outcome.code, 78)
        self.assertIn("has the goal hibernating, which this program does not know", outcome.text)

    @each(
        (
            {"bridges": []},
            "media is missing; recorders is missing; drainTimeoutSeconds is missing; "
            "recordingDrainTimeoutSeconds is missing; forceDrain is missing",
        ),
        (
            {"bridges": {}, "media": [], "drainTimeoutSeconds": 1, "forceDrain": False},
            "bridges is an object, and a list is needed",
        ),
        (
            {
                "bridges": [],
                "media": [{"nickname": "jvb-1", "addresses": ["x"]}],
                "drainTimeoutSeconds": 1,
                "forceDrain": False,
            },
            'media[0].addresses[0] is "x", and an IP address is needed',
        ),
        (
            {"bridges": [], "media": [], "drainTimeoutSeconds": 86401, "forceDrain": False},
            "drainTimeoutSeconds is 86401, and 0 to 86400 is needed",
        ),
        (
            {"bridges": [], "media": [], "drainTimeoutSeconds": -1, "forceDrain": False},
            "drainTimeoutSeconds is -1, and 0 to 86400 is needed",
        ),
    )
    def test_refuses_what_is_no_policy_and_leaves_the_file_as_it_is(self, fields: dict[str, Any], words: str) -> None:
        self.cluster.set_policy(drainTimeoutSeconds=7)
        outcome = self.cluster.run("policy", fields)
        self.assertEqual((outcome.code, self.cluster.policy()["drainTimeoutSeconds"]), (65, 7))
        self.assertIn(words, outcome.text)
