"""The end of a bridge's restart: the verb restart."""

import re

from . import test_restart
from .fake_jicofo import Seen


class Back(test_restart.Restart):
    """After a bridge's restart."""

    def test_waits_until_jicofo_has_heard_that_the_bridge_takes_participants(self) -> None:
        self.restart("new")
        self.assertFalse(self.cluster.jicofo.takes_for_draining(self.bridge))

    def test_says_how_long_the_bridge_was_out_of_service(self) -> None:
        outcome = self.restart("new")
        self.assertEqual((outcome.code, self.bridge.draining), (0, False))
        self.assertRegex(outcome.text, r"b0 was out of service for \d+ s")

    def test_warms_the_bridge_before_it_takes_participants(self) -> None:
        self.restart("new")
        self.assertEqual(self.acts()[-3:], ["conference", "expire", "drain/disable"])

    def test_notes_the_settings_in_the_format_of_the_program_before(self) -> None:
        self.restart("new")
        self.assertEqual((self.cluster.paths.notes / "jvb-100").read_text(), "new 0\n")

    def test_leaves_a_bridge_empty_that_is_to_be_empty(self) -> None:
        self.cluster.set_goal(self.bridge, "drained")
        # A restart ends drain mode, and jicofo has heard so.
        self.bridge_host.on_restart = lambda: self.cluster.clock.after(9, lambda: self.join(2))
        outcome = self.restart("new")
        self.cluster.let_pass(10)
        self.assertEqual((outcome.code, self.bridge.draining, self.other.people), (0, True, 2), outcome.text)
        self.assertEqual(self.cluster.participants.disturbances, (2, 0, 0))
        self.assertEqual(self.cluster.goals()["b0"], "drained")

    def test_names_the_setting_that_keeps_a_bridge_empty(self) -> None:
        for address, settings, setting in (
            (self.bridge.address, "new", "it is in drainingBridges"),
            ("127.80.7.8", "newer", "existingNodes has it as draining"),
        ):
            with self.subTest(setting):
                self.bridge.address = address
                self.cluster.set_goal(self.bridge, "drained")
                outcome = self.restart(settings)
                self.assertEqual(outcome.code, 0, outcome.text)
                self.assertIn(f"b0 is back, and takes no participants: {setting}", outcome.text)

    def test_leaves_a_bridge_empty_that_is_to_be_empty_also_where_it_was_taken_out_twice(self) -> None:
        self.cluster.set_goal(self.bridge, "drained")
        self.bridge_host.code = 1
        self.restart("new")
        self.bridge_host.code = 0
        self.assertEqual(self.restart("newer").code, 0)
        self.assertEqual((self.bridge.draining, self.cluster.goals()["b0"]), (True, "drained"))

    def test_does_not_end_as_long_as_jicofo_sends_no_participants_to_the_bridge(self) -> None:
        self.bridge_host.on_restart = lambda: self.cluster.jicofo.seen.update({self.bridge: Seen(operational=False)})
        outcome = self.restart("new", "new")
        self.assertEqual((outcome.code, self.acts(self.other)), (1, []))
        self.assertIn("jicofo sends no participants to b0 after 90 s (dead)", outcome.text)
        self.assertEqual(self.notes(), ["old 7", "old 7"])

    def test_names_jicofo_where_jicofo_is_the_reason(self) -> None:
        def jicofo_ends() -> None:
            self.cluster.jicofo.runs = False

        self.bridge_host.on_restart = jicofo_ends
        outcome = self.restart("new")
        self.assertEqual(outcome.code, 1)
        self.assertTrue(re.search("jicofo does not answer on .*, so b0 waits for it", outcome.text), outcome.text)
