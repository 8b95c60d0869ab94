"""The verbs around a bridge's restart: restart-begin and restart-end."""

import re
from typing import Any

from jitsi_hetzner.locks import Purpose

from .case import Case, each
from .fake_cluster import FakeCluster, Outcome, given
from .fake_jicofo import Seen
from .faults import Fault


class Restart(Case):
    """The first bridge has come into service with the settings "old"."""

    def setUp(self) -> None:
        self.cluster = FakeCluster()
        self.addCleanup(self.cluster.close)
        self.bridge, self.other = self.cluster.bridges
        self.cluster.set_policy(drainTimeoutSeconds=40)
        self.cluster.set_goal(self.bridge, "serving")
        self.end("old", "--new-bridge")

    def fields(self, settings: str) -> dict[str, Any]:
        return {"bridge": given(self.bridge), "settingsHash": settings, "formerHash": "former"}

    def begin(self, settings: str, **options: Any) -> Outcome:
        return self.cluster.run("restart-begin", self.fields(settings), **options)

    def end(self, settings: str, *arguments: str, turn: str = "7") -> Outcome:
        return self.cluster.run("restart-end", {**self.fields(settings), "turn": turn}, *arguments)

    def restart(self) -> None:
        """What the step between the two does, on the bridge itself."""
        self.bridge.stop(says_good_bye=True)
        self.bridge.start()
        self.cluster.let_pass(10)

    def drain_other_first(self) -> None:
        self.other.draining = True
        self.cluster.let_pass(5)

    def join(self, count: int) -> None:
        self.cluster.participants.join(self.bridge, count)


class Begin(Restart):
    def test_has_the_participants_moved_to_other_bridges(self) -> None:
        self.join(7)
        outcome = self.begin("new")
        self.cluster.let_pass(10)
        self.assertIn("jicofo moves participants to other bridges: 7", outcome.text)
        self.assertIn("b0 is empty, and it is out of service for its restart", outcome.text)
        self.assertEqual((outcome.code, self.bridge.people, self.other.people, self.bridge.draining), (0, 0, 7, True))
        self.assertEqual(self.cluster.goals(), {"b0": "out"})

    def test_moves_each_participant_once(self) -> None:
        self.join(7)
        self.begin("new")
        self.cluster.let_pass(10)
        self.assertEqual(self.cluster.participants.disturbances, (7, 0, 0))

    def test_does_nothing_where_the_bridge_runs_with_its_settings_whatever_else_has_changed(self) -> None:
        self.join(3)
        outcome = self.begin("old")
        self.assertEqual((outcome.code, self.bridge.asked), (0, []))
        # The turn of then: nothing for the steps that have it in their values.
        self.assertEqual((outcome.text, outcome.result["turn"]), ("restart-begin: b0 runs with its settings\n", "7"))

    @each(
        ("not operational", Seen(operational=False)),
        ("not healthy", Seen(healthy=False)),
        ("not in its list", Seen(gone=True)),
    )
    def test_asks_for_a_restart_with_the_same_settings_where_jicofo_cannot_use_the_bridge_whatever_it_says_itself(
        self, state: str, seen: Seen
    ) -> None:
        self.cluster.jicofo.seen[self.bridge] = seen
        outcome = self.begin("old")
        self.assertIn(f"jicofo cannot use b0 ({state}): it restarts", outcome.text)
        self.assertRegex(outcome.result["turn"], r"^\d{19}-restart$")
        self.assertEqual((outcome.code, self.bridge.draining, self.cluster.goals()), (0, True, {"b0": "out"}))

    def test_gives_jicofo_time_to_find_the_bridge_again_and_leaves_it_alone_then(self) -> None:
        self.cluster.jicofo.seen[self.bridge] = Seen(operational=False)

        def watch(text: str) -> None:
            if "still waiting for jicofo to find b0" in text:
                self.cluster.jicofo.seen.clear()

        outcome = self.begin("old", watch=watch)
        self.assertIn("b0 runs with its settings", outcome.text)
        self.assertEqual(self.bridge.asked, [])

    def test_does_not_blame_the_bridge_where_jicofo_does_not_answer(self) -> None:
        self.cluster.jicofo.runs = False
        outcome = self.begin("old")
        self.assertEqual((outcome.code, self.bridge.asked), (0, []))
        self.assertIn("b0 runs with its settings", outcome.text)

    def test_does_nothing_for_settings_that_the_program_before_noted_by_its_own_hash_of_them(self) -> None:
        self.end("former", "--new-bridge")
        self.join(3)
        self.assertIn("b0 runs with its settings", self.begin("new").text)
        self.end("new")
        self.assertIn("b0 runs with its settings", self.begin("new").text)
        self.assertEqual((self.bridge.asked, self.bridge.people), ([], 3))

    def test_gives_another_turn_each_time_so_that_the_steps_after_it_run(self) -> None:
        first, second = self.begin("new").result["turn"], self.begin("new").result["turn"]
        self.assertRegex(first, r"^\d{19}$")
        self.assertNotEqual(first, second)

    def test_is_done_for_settings_that_went_back_while_the_bridge_was_out(self) -> None:
        self.begin("new")
        self.assertIn("out of service for its restart", self.begin("old").text)
        self.restart()
        self.end("old")
        self.assertEqual(self.cluster.goals(), {"b0": "serving"})

    def test_gives_up_when_participants_stay_and_puts_the_bridge_back_with_what_to_do(self) -> None:
        self.join(3)
        self.drain_other_first()
        outcome = self.begin("new")
        self.assertEqual(outcome.code, 1)
        self.assertIn("failed on web: participants on b0 after 40 s: 3; it goes back into service", outcome.text)
        self.assertIn("pulumi config set forceDrain true", outcome.text)
        self.assertEqual((self.bridge.draining, self.cluster.goals()), (False, {"b0": "serving"}))

    def test_gives_up_and_leaves_a_bridge_in_drain_mode_that_is_to_be_empty(self) -> None:
        self.cluster.set_goal(self.bridge, "drained")
        self.join(3)
        self.drain_other_first()
        self.assertEqual(self.begin("new").code, 1)
        self.assertEqual((self.bridge.draining, self.cluster.goals()), (True, {"b0": "drained"}))

    @each(
        ("forceDrain, after 5 s", {"drainTimeoutSeconds": 5, "forceDrain": True}),
        ("drainTimeout is 0", {"drainTimeoutSeconds": 0}),
    )
    def test_goes_on_where_that_is_wanted_and_says_how_many_are_cut_off(
        self, reason: str, policy: dict[str, object]
    ) -> None:
        self.cluster.set_policy(**policy)
        self.join(3)
        self.drain_other_first()
        outcome = self.begin("new")
        self.assertEqual((outcome.code, self.bridge.draining), (0, True))
        self.assertIn(f"{reason}: participants cut off by the restart of b0: 3", outcome.text)

    def test_is_for_a_dead_bridge_too_once_jicofo_has_moved_its_participants(self) -> None:
        # Its restart may help.
        self.cluster.unplug(self.bridge)
        self.cluster.jicofo.seen[self.bridge] = Seen(operational=False)
        self.join(12)
        outcome = self.begin("new")
        self.cluster.let_pass(10)
        self.assertEqual((outcome.code, self.other.people, self.cluster.goals()), (0, 12, {"b0": "out"}))
        self.assertIn("b0 does not answer, and jicofo has no participants on it", outcome.text)

    def test_leaves_a_dead_bridge_alone_whose_participants_cannot_be_moved(self) -> None:
        self.cluster.set_policy(drainTimeoutSeconds=5)
        self.cluster.unplug(self.bridge)
        self.cluster.jicofo.seen[self.bridge] = Seen(operational=False)
        self.join(12)
        self.drain_other_first()
        outcome = self.begin("new")
        self.assertEqual((outcome.code, self.cluster.goals()), (1, {"b0": "serving"}))
        self.assertIn("participants on b0 after 5 s: 12; it does not answer and is not restarted", outcome.text)

    def test_does_not_begin_while_jicofo_is_down_which_cannot_move_participants_then(self) -> None:
        self.cluster.jicofo.runs = False
        self.join(3)
        outcome = self.begin("new")
        self.assertEqual((outcome.code, self.bridge.asked, self.cluster.goals()), (1, [], {"b0": "serving"}))
        self.assertRegex(outcome.text, "jicofo does not answer on .*, so b0 stays in service, with its old settings")

    def test_does_not_begin_when_nobody_can_tell_whether_participants_are_on_the_bridge(self) -> None:
        self.bridge.faults["/colibri/drain"] = Fault.NOT_FOUND
        outcome = self.begin("new")
        self.assertEqual((outcome.code, self.cluster.goals()), (1, {"b0": "serving"}))
        self.assertIn("jicofo finds b0 operational, so participants may be on it", outcome.text)


class End(Restart):
    def test_works_on_the_bridge_alone_as_begin_does(self) -> None:
        self.begin("new")
        self.restart()
        self.end("new")
        self.assertEqual(self.cluster.locks.taken, [("jvb-100", Purpose.OUT), ("jvb-100", Purpose.IN)])

    def test_waits_until_jicofo_has_heard_that_the_bridge_takes_participants(self) -> None:
        self.begin("new")
        self.restart()
        self.assertTrue(self.cluster.jicofo.takes_for_draining(self.bridge))
        self.end("new")
        self.assertFalse(self.cluster.jicofo.takes_for_draining(self.bridge))

    def test_comes_when_jicofo_sends_participants_to_the_bridge_again(self) -> None:
        self.begin("new")
        self.restart()
        outcome = self.end("new")
        self.assertEqual((outcome.code, self.bridge.draining), (0, False))
        self.assertRegex(outcome.text, r"b0 was out of service for \d+ s")
        self.assertEqual(self.cluster.goals(), {"b0": "serving"})

    def test_warms_the_bridge_before_it_takes_participants(self) -> None:
        self.begin("new")
        self.restart()
        self.bridge.asked.clear()
        self.end("new")
        self.assertEqual(self.bridge.asked, ["conference", "expire", "drain/disable"])

    def test_notes_the_settings_and_the_turn_as_the_shell_before_noted_them(self) -> None:
        self.begin("new")
        self.restart()
        self.end("new", turn="1764000000000000000-restart")
        note = self.cluster.paths.notes / "jvb-100"
        self.assertEqual(note.read_text(), "new 1764000000000000000-restart\n")

    def test_has_the_turn_0_for_a_bridge_whose_restart_never_began(self) -> None:
        self.cluster.run("restart-end", self.fields("new"), "--new-bridge")
        self.assertEqual((self.cluster.paths.notes / "jvb-100").read_text(), "new 0\n")

    def test_only_notes_the_settings_of_a_bridge_that_was_not_out_of_service(self) -> None:
        outcome = self.end("new")
        self.assertEqual((outcome.code, self.bridge.asked), (0, []))
        self.assertIn("b0 was not out of service", outcome.text)

    def test_leaves_a_bridge_empty_that_is_to_be_empty(self) -> None:
        self.cluster.set_goal(self.bridge, "drained")
        self.begin("new")
        # A restart ends drain mode, and jicofo has heard so.
        self.restart()
        self.cluster.let_pass(10)
        self.join(2)
        outcome = self.end("new")
        self.cluster.let_pass(10)
        self.assertEqual((outcome.code, self.bridge.draining, self.other.people), (0, True, 2))
        self.assertEqual(self.cluster.participants.disturbances, (2, 0, 0))
        self.assertEqual(self.cluster.goals(), {"b0": "drained"})

    def test_leaves_a_bridge_empty_that_is_to_be_empty_also_where_it_was_taken_out_twice(self) -> None:
        self.cluster.set_goal(self.bridge, "drained")
        self.begin("new")
        self.begin("newer")
        self.restart()
        self.end("newer")
        self.assertEqual((self.bridge.draining, self.cluster.goals()), (True, {"b0": "drained"}))

    def test_does_not_come_as_long_as_jicofo_sends_no_participants_to_the_bridge(self) -> None:
        self.begin("new")
        self.restart()
        self.cluster.jicofo.seen[self.bridge] = Seen(operational=False)
        outcome = self.end("new")
        self.assertEqual(outcome.code, 1)
        self.assertIn("jicofo sends no participants to b0 after 90 s (dead)", outcome.text)
        self.assertEqual((self.cluster.paths.notes / "jvb-100").read_text(), "old 7\n")

    def test_names_jicofo_where_jicofo_is_the_reason(self) -> None:
        self.begin("new")
        self.restart()
        self.cluster.jicofo.runs = False
        outcome = self.end("new")
        self.assertEqual(outcome.code, 1)
        self.assertTrue(re.search("jicofo does not answer on .*, so b0 waits for it", outcome.text), outcome.text)
