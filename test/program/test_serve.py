"""The verb serve: a bridge enters the cluster."""

from jitsi_hetzner.locks import Purpose

from .case import Case, each
from .fake_cluster import FakeCluster
from .faults import Fault

WARM = ["conference", "expire"]


class ServeCase(Case):
    def setUp(self) -> None:
        self.cluster = FakeCluster()
        self.addCleanup(self.cluster.close)
        self.first, self.second = self.cluster.bridges


class Serve(ServeCase):
    def test_puts_a_bridge_into_service_and_registers_it(self) -> None:
        self.first.draining = True
        outcome = self.cluster.serve(self.first)
        self.assertEqual((outcome.code, self.first.draining), (0, False))
        self.assertIn("serve: b0 is in service", outcome.text)
        self.assertEqual(self.cluster.goals(), {"b0": "serving"})
        entry = (self.cluster.paths.registry / "jvb-100").read_text()
        self.assertEqual(entry, "b0 10.0.0.10 serving\n")

    def test_works_on_the_bridge_alone(self) -> None:
        self.cluster.serve(self.first)
        self.cluster.set_policy()
        self.cluster.serve(self.second, draining=True)
        self.assertEqual(self.cluster.locks.taken, [("jvb-100", Purpose.SERVING), ("jvb-101", Purpose.DRAINED)])

    def test_takes_a_file_that_is_being_written_for_no_bridge(self) -> None:
        self.cluster.set_goal(self.second, "serving")
        unfinished = self.cluster.paths.registry / "jvb-7.4711"
        unfinished.write_text(f"b7 {self.first.address} serving\n")
        self.cluster.serve(self.first)
        self.assertTrue(unfinished.exists())

    def test_forgets_an_entry_with_the_same_address_that_a_skipped_drain_left_behind(self) -> None:
        self.cluster.set_goal(self.first, "serving")
        self.cluster.lose_power(self.first)
        self.second.address = self.first.address
        self.cluster.serve(self.second)
        self.assertEqual(self.cluster.goals(), {"b1": "serving"})

    def test_starts_a_bridge_again_whose_program_a_drain_has_ended(self) -> None:
        self.first.stop()
        self.assertEqual(self.cluster.serve(self.first).code, 0)
        self.assertEqual(self.first.asked[0], "start")
        self.assertTrue(self.first.runs)

    def test_waits_for_the_end_of_a_shutdown_which_cannot_be_taken_back_and_starts_it_then(self) -> None:
        self.first.answer("POST", "/colibri/shutdown", '{"graceful-shutdown": "true"}')
        outcome = self.cluster.serve(self.first)
        self.assertEqual((outcome.code, self.first.runs, self.first.graceful), (0, True, False))
        self.assertIn("starting it", outcome.text)

    def test_says_how_many_are_in_the_way_where_a_shutdown_does_not_end(self) -> None:
        self.cluster.participants.join(self.first, 4)
        self.first.answer("POST", "/colibri/shutdown", '{"graceful-shutdown": "true"}')
        outcome = self.cluster.serve(self.first)
        self.assertEqual(outcome.code, 1)
        self.assertIn("which cannot be taken back; participants on it: 4", outcome.text)

    def test_fails_when_the_bridge_does_not_answer_with_the_reason(self) -> None:
        self.first.faults["/colibri/drain"] = Fault.NOT_FOUND
        outcome = self.cluster.serve(self.first)
        self.assertEqual(outcome.code, 1)
        self.assertRegex(outcome.text, r"b0 does not answer on \S+ \(GET /colibri/drain: it answers with the error 404")

    def test_fails_when_drain_mode_cannot_be_switched_off_and_notes_no_goal(self) -> None:
        self.first.draining = True
        self.first.faults["/colibri/drain/disable"] = Fault.ERROR
        outcome = self.cluster.serve(self.first)
        self.assertEqual((outcome.code, self.cluster.goals()), (1, {}))
        self.assertIn("drain mode of b0 cannot be switched off", outcome.text)


class Emptied(ServeCase):
    """A bridge that is to be empty, and stays."""

    def setUp(self) -> None:
        super().setUp()
        self.cluster.set_policy(drainTimeoutSeconds=10)
        self.cluster.participants.join(self.first, 3)

    def drain_other_first(self) -> None:
        self.second.draining = True
        self.cluster.let_pass(5)

    def test_its_participants_are_moved_and_it_stays_empty(self) -> None:
        outcome = self.cluster.serve(self.first, draining=True)
        self.cluster.let_pass(10)
        self.assertEqual((outcome.code, self.first.people, self.second.people), (0, 0, 3))
        self.assertIn("b0 is empty and it stays so", outcome.text)
        # Not for a moment in service: participants would come.
        self.assertEqual(self.first.asked, ["drain/enable"])
        self.assertEqual(self.cluster.goals(), {"b0": "drained"})

    def test_it_fails_when_participants_stay_who_are_not_cut_off_and_takes_no_others(self) -> None:
        self.drain_other_first()
        outcome = self.cluster.serve(self.first, draining=True)
        self.assertEqual((outcome.code, self.first.people, self.first.draining), (1, 3, True))
        self.assertIn("participants on b0 after 10 s: 3; it takes no new ones, and they may stay", outcome.text)

    @each(({"drainTimeoutSeconds": 5, "forceDrain": True},), ({"drainTimeoutSeconds": 0, "forceDrain": False},))
    def test_it_cuts_none_off_and_goes_on(self, policy: dict[str, object]) -> None:
        self.cluster.set_policy(**policy)
        self.drain_other_first()
        outcome = self.cluster.serve(self.first, draining=True)
        self.assertEqual((outcome.code, self.first.people, self.first.asked), (0, 3, ["drain/enable"]))
        self.assertIn("those who are still on it: 3", outcome.text)


class Warm(ServeCase):
    """The first conference of a bridge is one without participants."""

    def test_a_new_bridge_carries_a_conference_before_it_takes_participants(self) -> None:
        self.first.draining = True
        outcome = self.cluster.serve(self.first)
        self.assertEqual(self.first.asked, [*WARM, "drain/disable"])
        self.assertEqual((self.first.conferences.created, self.first.conferences.count), (1, 0))
        self.assertIn("b0 has carried a first conference, without participants", outcome.text)

    def test_a_bridge_that_starts_again_is_warmed_again(self) -> None:
        self.cluster.serve(self.first)
        self.first.stop()
        self.first.asked.clear()
        self.cluster.serve(self.first)
        self.assertEqual(self.first.asked, ["start", *WARM, "drain/disable"])

    def test_a_bridge_that_has_had_a_conference_needs_none(self) -> None:
        self.first.conferences.created = 1
        self.cluster.serve(self.first)
        self.assertEqual(self.first.asked, ["drain/disable"])

    @each((Fault.HANG,), (Fault.RESET,), (Fault.NOT_FOUND,), (Fault.ERROR,))
    def test_a_conference_that_fails_is_no_reason_to_fail_and_bounded(self, fault: Fault) -> None:
        self.first.faults["/colibri/v2/conferences"] = fault
        outcome = self.cluster.serve(self.first)
        self.assertEqual((outcome.code, self.cluster.goals()), (0, {"b0": "serving"}))
        self.assertRegex(outcome.text, r"a first conference on b0 fails \(POST /colibri/v2/conferences: .*\)")
        self.assertLess(self.cluster.clock.now(), 20)

    def test_a_bridge_without_that_metric_is_put_into_service_all_the_same(self) -> None:
        self.first.metrics_missing = {"conferences_created_total"}
        outcome = self.cluster.serve(self.first)
        self.assertEqual(outcome.code, 0)
        self.assertIn("/metrics has no jitsi_jvb_conferences_created_total", outcome.text)

    def test_the_move_to_a_warm_bridge_takes_a_moment_and_to_a_cold_one_seconds(self) -> None:
        self.cluster.set_policy(drainTimeoutSeconds=60)
        self.cluster.serve(self.second)
        self.cluster.participants.join(self.first, 3)
        self.cluster.drain(self.first)
        self.assertEqual(self.cluster.participants.silent_seconds, [0.5, 0.5, 0.5])
