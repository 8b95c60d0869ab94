"""The verb accept: the cluster works, and what is not declared stops taking participants."""

from typing import Any

from .case import Case, each
from .fake_cluster import FakeCluster, Outcome
from .fake_jicofo import Seen
from .faults import Fault
from .test_policy import declared


class Accept(Case):
    def setUp(self) -> None:
        self.cluster = FakeCluster()
        self.addCleanup(self.cluster.close)
        self.first, self.second = self.cluster.bridges
        self.cluster.set_goal(self.first, "serving")
        self.cluster.set_goal(self.second, "serving")

    def accept(self, *bridges: dict[str, Any]) -> Outcome:
        return self.cluster.run("accept", {"domain": "a.test", "bridges": list(bridges), "recorders": []})

    def test_has_all_leaving_bridges_stop_taking_participants_once_the_declared_ones_are_there(self) -> None:
        outcome = self.accept(declared(self.first))
        self.assertEqual((outcome.code, self.first.draining, self.second.draining), (0, False, True))
        self.assertIn("https://a.test answers; jicofo finds every declared bridge: b0", outcome.text)
        self.assertIn("bridges that are leaving: jvb-101", outcome.text)
        self.assertEqual(self.cluster.goals(), {"b0": "serving", "b1": "leaving"})

    def test_takes_no_bridge_out_of_service_while_a_declared_one_is_missing(self) -> None:
        self.cluster.jicofo.seen[self.first] = Seen(operational=False)
        outcome = self.accept(declared(self.first))
        self.assertEqual((outcome.code, self.second.asked), (1, []))
        self.assertIn("not as declared after 120 s: b0 (jvb-100): not operational, not ready", outcome.text)
        self.assertIn("jicofo sees:\n  jvb-100: not operational\n  jvb-101: ready\n", outcome.text)

    def test_waits_for_a_bridge_that_has_just_started(self) -> None:
        self.first.stop()
        self.first.start()
        self.assertEqual(self.accept(declared(self.first), declared(self.second)).code, 0)

    def test_wants_a_bridge_that_is_to_be_empty_to_be_draining_and_no_other(self) -> None:
        self.second.draining = True
        self.assertEqual(self.accept(declared(self.first), declared(self.second, draining=True)).code, 0)
        outcome = self.accept(declared(self.first, draining=True), declared(self.second))
        self.assertEqual(outcome.code, 1)
        self.assertIn("b0 (jvb-100): ready, not draining; b1 (jvb-101): draining, not ready", outcome.text)

    def test_leaves_a_bridge_that_does_not_answer_to_its_drain_and_forgets_one_that_has_left(self) -> None:
        self.cluster.participants.join(self.second, 12)
        self.cluster.unplug(self.second)
        outcome = self.accept(declared(self.first))
        self.assertIn("participants that jicofo has on it: 12; its drain looks closer", outcome.text)
        self.assertEqual(self.cluster.goals(), {"b0": "serving", "b1": "leaving"})
        self.cluster.set_goal(self.second, "left")
        self.accept(declared(self.first))
        self.assertEqual(self.cluster.goals(), {"b0": "serving"})

    def test_forgets_a_bridge_that_was_removed_without_a_drain(self) -> None:
        self.cluster.lose_power(self.second)
        self.cluster.jicofo.seen[self.second] = Seen(gone=True)
        self.assertIn("jicofo does not list it: it is forgotten", self.accept(declared(self.first)).text)
        self.assertEqual(self.cluster.goals(), {"b0": "serving"})

    def test_asks_nothing_of_a_declared_bridge_that_has_the_address_of_one_that_is_gone(self) -> None:
        self.cluster.lose_power(self.second)
        self.first.address = self.second.address
        outcome = self.accept(declared(self.first))
        self.assertEqual((outcome.code, self.first.asked, self.first.draining), (0, [], False))
        self.assertIn("belongs to another bridge now: jvb-100, not jvb-101", outcome.text)

    def test_removes_nothing_when_jicofo_is_down_and_says_so_soon(self) -> None:
        self.cluster.jicofo.runs = False
        self.cluster.paths.jicofo_log.write_text("one\nlast words\n")
        outcome = self.accept(declared(self.first))
        self.assertEqual((outcome.code, self.second.asked), (1, []))
        self.assertRegex(outcome.text, "jicofo does not answer .*; it is unknown .*, so nothing is removed")
        self.assertIn("npm run repair -- web", outcome.text)
        self.assertIn("last words", outcome.text)
        self.assertLess(self.cluster.clock.now(), 100)

    def test_fails_where_https_does_not_answer_with_the_end_of_the_log(self) -> None:
        self.cluster.https_faults["/"] = Fault.ERROR
        self.cluster.paths.nginx_log.write_text("no certificate\n")
        outcome = self.accept(declared(self.first))
        self.assertEqual((outcome.code, self.second.asked), (1, []))
        self.assertIn("https://a.test does not answer", outcome.text)
        self.assertIn("no certificate", outcome.text)

    def test_names_prosody_where_it_is_down_and_no_bridge(self) -> None:
        self.cluster.prosody_runs = False
        self.cluster.jicofo.is_logged_in = False
        self.expect_problem("prosody does not answer on port 5222 of the web host")

    def test_names_jicofo_where_it_is_not_logged_in_and_no_bridge(self) -> None:
        self.cluster.jicofo.is_logged_in = False
        self.expect_problem("jicofo is not logged in to prosody")

    def test_names_jicofo_where_it_is_outside_of_the_bridges_room_and_no_bridge(self) -> None:
        self.cluster.jicofo.is_in_room = False
        self.expect_problem("jicofo is logged in to prosody, but not in the bridges' room")

    def test_names_jicofo_where_it_loses_its_login_while_bridges_are_waited_for(self) -> None:
        self.cluster.jicofo.seen[self.first] = Seen(operational=False)

        def watch(text: str) -> None:
            if "still waiting for jicofo to find every bridge" in text:
                self.cluster.jicofo.is_logged_in = False

        fields = {"domain": "a.test", "bridges": [declared(self.first)], "recorders": []}
        outcome = self.cluster.run("accept", fields, watch=watch)
        self.assertIn("accept failed on web: jicofo is not logged in to prosody", outcome.text)

    def expect_problem(self, words: str) -> None:
        outcome = self.accept(declared(self.first))
        self.assertEqual(outcome.code, 1)
        self.assertIn(words, outcome.text)
        self.assertIn("npm run repair -- web", outcome.text)
        self.assertNotIn("b0", outcome.text)

    @each(("https://a.test",), ("a.test/x",), ("",))
    def test_refuses_what_is_no_domain(self, domain: str) -> None:
        outcome = self.cluster.run("accept", {"domain": domain, "bridges": [], "recorders": []})
        self.assertEqual(outcome.code, 65)
        self.assertIn("and a domain name is needed", outcome.text)
