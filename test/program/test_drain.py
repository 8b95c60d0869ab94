"""The verb drain, against REST APIs that behave, and that do not."""

import json
import re

from jitsi_hetzner.locks import Purpose
from jitsi_hetzner.turn_peers import Peers

from .case import Case, each
from .fake_bridge import FakeBridge
from .fake_cluster import PID, FakeCluster
from .fake_jicofo import Seen
from .faults import Fault

GRACEFUL = "shutdown true"
AT_ONCE = "shutdown false"
FAULTS = (
    (Fault.HANG, "timed out after 5 s"),
    (Fault.RESET, "closed without an answer"),
    (Fault.NOT_FOUND, "error 404"),
)


class DrainCase(Case):
    """Two bridges, of which the first one leaves."""

    def setUp(self) -> None:
        self.cluster = FakeCluster()
        self.addCleanup(self.cluster.close)
        self.leaving, self.staying = self.cluster.bridges
        self.cluster.set_policy(drainTimeoutSeconds=40)

    def join(self, count: int, bridge: FakeBridge | None = None) -> None:
        self.cluster.participants.join(bridge or self.leaving, count)

    def drain_other_first(self) -> None:
        """So that no bridge can take participants."""
        self.staying.draining = True
        self.cluster.let_pass(5)


class Drain(DrainCase):
    def test_has_participants_moved_and_shuts_the_bridge_down(self) -> None:
        self.join(7)
        outcome = self.cluster.drain(self.leaving)
        self.assertIn("b0: jicofo moves participants to other bridges: 7", outcome.text)
        self.assertEqual((outcome.code, self.staying.people), (0, 7))
        self.assertEqual(self.leaving.asked, ["drain/enable", GRACEFUL])
        self.assertEqual(self.cluster.goals(), {"b0": "left"})
        self.assertFalse(self.leaving.runs)

    def test_moves_each_participant_once_because_it_waits_until_jicofo_knows_of_drain_mode(self) -> None:
        # jicofo learns of it by the next presence. Moved before, they would come back: the bridge is the emptiest then.
        self.join(7)
        self.cluster.let_pass(0.1)
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual((outcome.code, self.cluster.participants.disturbances), (0, (7, 0, 0)))
        self.assertEqual(outcome.text.count("jicofo moves participants"), 1)

    def test_moves_participants_anyhow_where_jicofo_never_learns_of_drain_mode(self) -> None:
        self.join(1)
        self.leaving.is_mute = True
        outcome = self.cluster.drain(self.leaving)
        self.assertIn("jicofo does not see that b0 is draining (operational)", outcome.text)

    def test_waits_for_those_whom_no_other_bridge_can_take(self) -> None:
        self.join(3)
        self.drain_other_first()

        def watch(text: str) -> None:
            if "30 of 40 s" in text:
                self.cluster.leave(self.leaving)

        outcome = self.cluster.drain(self.leaving, watch)
        self.assertIn("no other bridge can take participants from b0; they are waited for", outcome.text)
        self.assertIn("participants left: 3 (30 of 40 s)", outcome.text)
        self.assertEqual(outcome.code, 0)

    def test_puts_the_bridge_back_into_service_when_the_time_is_over_and_fails_with_what_to_do(self) -> None:
        self.join(3)
        self.drain_other_first()
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual(outcome.code, 1)
        self.assertIn("drain failed on web: participants on b0 after 40 s: 3; it goes back into service", outcome.text)
        self.assertIn("pulumi config set forceDrain true", outcome.text)
        self.assertIn("or keep it: set jvbCount back, or take its number out of removedBridges", outcome.text)
        self.assertEqual(self.leaving.asked, ["drain/enable", "drain/disable"])
        self.assertEqual(self.cluster.goals(), {"b0": "serving"})
        # A signal at the wrong moment would leave it in drain mode.
        self.assertNotIn("back in service", self.cluster.ignored_at[0])

    def test_goes_at_the_end_of_the_time_with_force_drain_and_says_how_many_are_cut_off(self) -> None:
        self.cluster.set_policy(drainTimeoutSeconds=5, forceDrain=True)
        self.join(3)
        self.drain_other_first()
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual(outcome.code, 0)
        self.assertIn("forceDrain, after 5 s: participants cut off on b0: 3", outcome.text)
        # At once: an empty server that jicofo still counts on would leave these three without another bridge.
        self.assertEqual(self.leaving.asked, ["drain/enable", AT_ONCE])
        self.assertNotIn("does not end", outcome.text)
        self.assertFalse(self.leaving.runs)

    def test_ends_the_bridge_at_once_with_force_drain_where_a_participant_came_in_the_last_moment(self) -> None:
        self.cluster.set_policy(drainTimeoutSeconds=5, forceDrain=True)
        self.leaving.comes_late = 2
        self.drain_other_first()
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual(outcome.code, 0)
        self.assertIn("forceDrain, after 5 s: participants cut off on b0: 2", outcome.text)
        self.assertEqual(self.leaving.asked, ["drain/enable", GRACEFUL, AT_ONCE])
        self.assertEqual(self.cluster.goals(), {"b0": "left"})

    def test_leaves_a_graceful_shutdown_to_itself_where_a_participant_came_in_the_last_moment(self) -> None:
        self.leaving.comes_late = 2
        self.drain_other_first()
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual(outcome.code, 1)
        self.assertIn(
            "b0 is in its graceful shutdown: it takes no participants, and ends when it is empty", outcome.text
        )
        self.assertEqual(self.cluster.goals(), {"b0": "leaving"})

    def test_goes_at_once_with_a_timeout_of_0_and_says_how_many_are_cut_off(self) -> None:
        self.cluster.set_policy(drainTimeoutSeconds=0)
        self.join(3)
        self.drain_other_first()
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual(outcome.code, 0)
        self.assertIn("drainTimeout is 0: participants cut off on b0: 3", outcome.text)

    def test_has_those_moved_who_can_be_also_with_a_timeout_of_0(self) -> None:
        self.cluster.set_policy(drainTimeoutSeconds=0)
        self.join(3)
        outcome = self.cluster.drain(self.leaving)
        self.assertNotIn("cut off", outcome.text)
        self.assertEqual((self.staying.people, self.cluster.participants.disturbances), (3, (3, 0, 0)))

    @each(({"drainTimeoutSeconds": None},), ({"drainTimeoutSeconds": "40"},), ({"drainTimeoutSeconds": -1},))
    def test_fails_without_a_policy_before_it_touches_the_bridge(self, policy: dict[str, object]) -> None:
        self.cluster.set_policy(**policy)
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual((outcome.code, self.leaving.asked), (1, []))
        self.assertIn("pulumi up writes it", outcome.text)

    def test_obeys_a_policy_that_is_written_meanwhile(self) -> None:
        self.cluster.set_policy(drainTimeoutSeconds=1800)
        self.join(3)
        self.drain_other_first()

        def watch(text: str) -> None:
            if "(30 of 1800 s" in text:
                self.cluster.set_policy(drainTimeoutSeconds=0)

        outcome = self.cluster.drain(self.leaving, watch)
        self.assertIn("drainTimeout is 0: participants cut off on b0: 3", outcome.text)

    def test_does_not_take_a_request_that_was_accepted_and_not_obeyed_for_drain_mode(self) -> None:
        self.leaving.obeys = False
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual(outcome.code, 1)
        self.assertRegex(outcome.text, r"cannot be switched on through \S+ \(the request was accepted and not obeyed")

    def test_does_not_take_a_request_that_was_accepted_and_not_obeyed_for_a_shutdown(self) -> None:
        self.leaving.ends = False
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual((outcome.code, self.cluster.goals()), (1, {"b0": "serving"}))
        self.assertIn("b0 takes no graceful shutdown (the request was accepted and not obeyed", outcome.text)

    def test_works_on_the_bridge_alone(self) -> None:
        self.cluster.drain(self.leaving)
        self.assertEqual(self.cluster.locks.taken, [("jvb-100", Purpose.LEAVING)])

    def test_is_loud_where_it_cannot_put_the_bridge_back(self) -> None:
        self.join(3)
        self.drain_other_first()
        self.leaving.faults["/colibri/drain/disable"] = Fault.ERROR
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual(outcome.code, 1)
        self.assertRegex(
            outcome.text, r"b0 is STILL in drain mode \(.*error 500\): curl -X POST http://10.0.0.10:8080/colibri/drain"
        )

    def test_writes_the_goal_down_before_the_act(self) -> None:
        self.leaving.faults["/colibri/drain/enable"] = Fault.NOT_FOUND
        self.leaving.faults["/colibri/drain/disable"] = Fault.NOT_FOUND
        self.cluster.drain(self.leaving)
        self.assertEqual(self.cluster.goals(), {"b0": "leaving"})

    def test_forgets_with_which_settings_the_bridge_ran(self) -> None:
        self.cluster.paths.notes.mkdir(parents=True)
        for name in ("jvb-100", "jvb-100.before", "jvb-101"):
            (self.cluster.paths.notes / name).write_text("hash 7\n")
        self.cluster.drain(self.leaving)
        self.assertEqual([file.name for file in self.cluster.paths.notes.iterdir()], ["jvb-101"])

    def test_says_how_to_end_a_long_drain_and_not_how_to_end_a_short_one(self) -> None:
        self.join(3)
        self.drain_other_first()
        self.cluster.set_policy(drainTimeoutSeconds=60)
        self.assertIn("participants left: 3 (0 of 60 s)\n", self.cluster.drain(self.leaving).text)
        self.cluster.set_policy(drainTimeoutSeconds=61)
        line = rf"^drain: kill {PID} on web ends this step; \S+: participants left: 3 \(0 of 61 s\)$"
        self.assertRegex(self.cluster.drain(self.leaving).text, re.compile(line, re.MULTILINE))


class RestFaults(DrainCase):
    """A REST call that ends in a hang, a reset or an error."""

    @each(*FAULTS)
    def test_drain_mode_that_cannot_be_switched_on_leaves_the_bridge_in_service(self, fault: Fault, words: str) -> None:
        self.leaving.faults["/colibri/drain/enable"] = fault
        self.join(3)
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual((outcome.code, self.leaving.draining), (1, False))
        self.assertRegex(outcome.text, f"drain mode of b0 cannot be switched on .*{words}")

    @each(*FAULTS)
    def test_a_bridge_that_does_not_say_how_many_are_left_goes_back_into_service(
        self, fault: Fault, words: str
    ) -> None:
        self.cluster.set_policy(drainTimeoutSeconds=1800)
        self.leaving.faults["/metrics"] = fault
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual((outcome.code, self.leaving.draining), (1, False))
        self.assertRegex(outcome.text, f"does not say how many participants are on it: .*{words}")

    @each(*FAULTS)
    def test_participants_whom_jicofo_cannot_move_are_waited_for(self, fault: Fault, words: str) -> None:
        self.cluster.jicofo.faults["/move-endpoints/move-fraction"] = fault
        self.join(3)
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual(outcome.code, 1)
        self.assertRegex(outcome.text, rf"jicofo could not move participants off b0 \(.*{words.replace('5 s', '30 s')}")
        self.assertIn("participants on b0 after 40 s: 3", outcome.text)

    @each(*FAULTS)
    def test_a_program_that_takes_no_shutdown_goes_back_into_service(self, fault: Fault, words: str) -> None:
        self.leaving.faults["/colibri/shutdown"] = fault
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual((outcome.code, self.leaving.draining), (1, False))
        self.assertRegex(outcome.text, f"b0 takes no graceful shutdown .*{words}")
        self.assertIn("rest.shutdown.enabled", outcome.text)

    @each(*FAULTS)
    def test_a_bridge_whose_rest_api_fails_is_not_told_from_a_busy_one_and_nothing_is_removed(
        self, fault: Fault, words: str
    ) -> None:
        self.leaving.faults["/colibri/drain"] = fault
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual(outcome.code, 1)
        self.assertRegex(outcome.text, f"participants may be on it, but its REST API fails: .*{words}")
        self.assertIn("npm run drain:skip -- b0", outcome.text)


class DeadBridge(DrainCase):
    """A bridge that does not answer."""

    def test_one_that_jicofo_finds_not_operational_may_go(self) -> None:
        self.cluster.lose_power(self.leaving)
        self.cluster.jicofo.seen[self.leaving] = Seen(operational=False)
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual((outcome.code, self.cluster.goals()), (0, {"b0": "left"}))
        self.assertIn("b0 is dead: it does not answer, and jicofo finds it not operational", outcome.text)

    def test_one_whose_host_has_died_goes_and_leaves_no_occupant_behind(self) -> None:
        self.cluster.lose_power(self.leaving)
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual(outcome.code, 0)
        ended = ("ss", "-K", "-H", "-t", "dst", self.leaving.address, "sport", "=", ":5222")
        self.assertIn(ended, self.cluster.commands.ran)
        self.assertNotIn("stays in jicofo's list", outcome.text)

    def test_one_on_a_machine_leaves_no_occupant_behind_by_its_public_address(self) -> None:
        self.leaving.address = "127.80.7.8"
        Peers(self.cluster.paths).declare({self.leaving.nickname: ["203.0.113.7"]}, [])
        self.cluster.lose_power(self.leaving)
        self.cluster.jicofo.seen[self.leaving] = Seen(operational=False)
        self.assertEqual(self.cluster.drain(self.leaving).code, 0)
        ended = [words for words in self.cluster.commands.ran if words[0] == "ss"]
        self.assertEqual(ended, [("ss", "-K", "-H", "-t", "dst", "203.0.113.7", "sport", "=", ":5222")])
        self.assertEqual(Peers(self.cluster.paths).addresses(), set())

    def test_one_on_a_machine_without_its_forward_stays_and_the_message_names_the_ways_out(self) -> None:
        self.leaving.address = "127.80.7.8"
        self.cluster.forwards_down.add(self.leaving.address)
        self.leaving.stop()
        self.cluster.jicofo.seen[self.leaving] = Seen(gone=True)
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual(outcome.code, 1)
        self.assertIn(f"systemctl status jitsi-hetzner-forward@{self.leaving.nickname}", outcome.text)
        self.assertIn("npm run drain:skip -- b0", outcome.text)

    def test_one_that_is_frozen_and_takes_connections_without_an_answer_may_go(self) -> None:
        self.cluster.freeze(self.leaving)
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual(outcome.code, 0)
        self.assertIn("b0 is dead", outcome.text)
        self.assertIn("b0 stays in jicofo's list, not operational, until prosody gives its connection up", outcome.text)

    def test_one_that_jicofo_does_not_know_any_more_may_go(self) -> None:
        self.leaving.stop()
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual(outcome.code, 0)
        self.assertIn("b0 is gone: it does not answer, and jicofo does not list it", outcome.text)

    def test_one_that_dies_while_it_is_emptied_may_go_once_jicofo_has_no_participants_on_it(self) -> None:
        self.join(3)
        self.drain_other_first()
        dead: list[bool] = []

        def watch(text: str) -> None:
            if "participants left" in text and not dead:
                dead.append(True)
                self.cluster.jicofo.seen[self.leaving] = Seen(operational=False)
                self.cluster.unplug(self.leaving)
            if "(34 of 40 s" in text or "(35 of 40 s" in text:
                self.cluster.leave(self.leaving)

        outcome = self.cluster.drain(self.leaving, watch)
        self.assertIn("b0 does not answer: participants are counted by jicofo", outcome.text)
        self.assertRegex(outcome.text, r"participants left: 3 \(3\d of 40 s")
        self.assertEqual(outcome.code, 0)
        self.assertIn("b0 does not answer, and jicofo has no participants on it", outcome.text)

    def test_one_on_the_web_host_itself_has_connections_that_are_not_closed_for_it(self) -> None:
        self.leaving.address = "127.0.0.1"
        self.cluster.freeze(self.leaving)
        self.assertEqual(self.cluster.drain(self.leaving).code, 0)
        self.assertFalse([words for words in self.cluster.commands.ran if words[0] == "ss"])

    def test_nobody_can_tell_where_it_is_silent_and_jicofo_is_down(self) -> None:
        self.cluster.lose_power(self.leaving)
        self.cluster.jicofo.runs = False
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual(outcome.code, 1)
        self.assertIn("jicofo does not answer, so nobody can tell whether participants are on b0", outcome.text)

    def test_one_is_not_taken_for_gone_where_jicofo_is_not_logged_in_and_lists_none(self) -> None:
        self.cluster.lose_power(self.leaving)
        self.cluster.jicofo.is_logged_in = False
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual(outcome.code, 1)
        self.assertIn("jicofo is not logged in to prosody", outcome.text)
        self.assertNotIn("b0 is gone", outcome.text)

    def test_one_is_not_taken_for_gone_where_jicofo_is_outside_of_the_bridges_room(self) -> None:
        self.cluster.lose_power(self.leaving)
        self.cluster.jicofo.is_in_room = False
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual(outcome.code, 1)
        self.assertIn("not in the bridges' room", outcome.text)
        self.assertNotIn("b0 is gone", outcome.text)

    def test_one_that_jicofo_does_not_count_is_not_taken_for_empty(self) -> None:
        self.cluster.unplug(self.leaving)
        self.cluster.jicofo.seen[self.leaving] = Seen(operational=False)
        self.cluster.jicofo.counts = False
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual(outcome.code, 1)
        self.assertIn("participants on b0 after 40 s: unknown; it does not answer and stays as it is", outcome.text)


class Unplugged(DrainCase):
    """A bridge that is dead to REST and to jicofo, and carries participants by its public address."""

    def setUp(self) -> None:
        super().setUp()
        self.cluster.unplug(self.leaving)
        self.cluster.jicofo.seen[self.leaving] = Seen(operational=False)
        self.join(12)

    def test_goes_once_jicofo_has_moved_them(self) -> None:
        outcome = self.cluster.drain(self.leaving)
        self.assertIn("jicofo moves participants to other bridges: 12", outcome.text)
        self.assertEqual((outcome.code, self.leaving.people, self.staying.people), (0, 0, 12))
        self.assertIn("b0 does not answer, and jicofo has no participants on it", outcome.text)

    def test_stays_when_they_cannot_be_moved_and_the_time_is_over(self) -> None:
        self.drain_other_first()
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual((outcome.code, self.cluster.goals()), (1, {}))
        self.assertIn("participants on b0 after 40 s: 12; it does not answer and stays as it is", outcome.text)

    @each(
        ("forceDrain, after 5 s", {"drainTimeoutSeconds": 5, "forceDrain": True}),
        ("drainTimeout is 0", {"drainTimeoutSeconds": 0}),
    )
    def test_goes_where_that_is_wanted_and_the_drain_says_how_many_are_cut_off(
        self, reason: str, policy: dict[str, object]
    ) -> None:
        self.cluster.set_policy(**policy)
        self.drain_other_first()
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual(outcome.code, 0)
        self.assertIn(f"{reason}: participants cut off on b0: 12", outcome.text)
        self.assertNotRegex(outcome.text, "is empty|no participants")

    def test_is_drained_as_any_other_when_it_answers_again(self) -> None:
        self.drain_other_first()

        def watch(text: str) -> None:
            if "participants left: 12 (5 of 40 s" in text and self.staying.draining:
                self.staying.draining = False
                del self.cluster.jicofo.seen[self.leaving]
                self.cluster.plug_in(self.leaving)

        outcome = self.cluster.drain(self.leaving, watch)
        self.assertEqual((outcome.code, self.staying.people), (0, 12))
        self.assertIn("b0 answers again", outcome.text)
        self.assertEqual(self.leaving.asked, ["drain/enable", GRACEFUL])


class AddressGivenAway(DrainCase):
    """A bridge whose private address another server has by now."""

    def setUp(self) -> None:
        super().setUp()
        self.cluster.lose_power(self.leaving)
        self.staying.address = self.leaving.address
        self.join(5, self.staying)
        self.cluster.set_goal(self.staying, "serving")

    def test_nothing_is_asked_of_that_servers_bridge_and_its_entry_stays(self) -> None:
        self.cluster.jicofo.seen[self.leaving] = Seen(gone=True)
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual(outcome.code, 0)
        self.assertIn("b0 is gone", outcome.text)
        self.assertEqual((self.staying.asked, self.staying.draining, self.staying.people), ([], False, 5))
        self.assertEqual(self.cluster.goals(), {"b0": "left", "b1": "serving"})

    def test_it_fails_with_the_bridges_name_where_jicofo_still_finds_the_old_one_operational(self) -> None:
        self.cluster.jicofo.seen[self.leaving] = Seen(operational=True)
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual((outcome.code, self.staying.asked), (1, []))
        self.assertIn("belongs to another bridge now: jvb-101, not jvb-100", outcome.text)

    def test_that_servers_connection_to_prosody_is_not_closed_for_a_dead_bridges(self) -> None:
        self.cluster.jicofo.seen[self.leaving] = Seen(operational=False)
        self.assertEqual(self.cluster.drain(self.leaving).code, 0)
        self.assertFalse([words for words in self.cluster.commands.ran if words[0] == "ss"])


class Jicofo(DrainCase):
    """A jicofo that does not work."""

    def test_the_drain_does_not_begin_while_jicofo_is_down(self) -> None:
        self.cluster.jicofo.runs = False
        self.join(3)
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual((outcome.code, self.leaving.asked), (1, []))
        self.assertRegex(
            outcome.text, r"jicofo does not answer on \S+ \(connection refused\); .*, so b0 stays in service"
        )
        self.assertIn("npm run repair -- web", outcome.text)

    def test_participants_are_waited_for_where_jicofo_goes_away_meanwhile(self) -> None:
        self.join(3)
        self.drain_other_first()

        def watch(text: str) -> None:
            if "participants left" in text:
                self.cluster.jicofo.runs = False
            if "jicofo cannot be asked to move participants" in text:
                self.cluster.leave(self.leaving)

        outcome = self.cluster.drain(self.leaving, watch)
        self.assertEqual(outcome.code, 0)
        self.assertIn("b0 is empty", outcome.text)


class Interrupted(DrainCase):
    """Whoever ends a drain. With real processes: test_processes.py."""

    def drain_until(self, problem: BaseException) -> tuple[int, str]:
        self.cluster.set_policy(drainTimeoutSeconds=1800)
        self.join(3)
        self.drain_other_first()
        raised: list[bool] = []

        def watch(text: str) -> None:
            if "participants left" in text and not raised:
                raised.append(True)
                raise problem

        outcome = self.cluster.drain(self.leaving, watch)
        return outcome.code, outcome.text

    def test_it_puts_the_bridge_back_where_nobody_listens_any_more(self) -> None:
        code, _ = self.drain_until(BrokenPipeError())
        self.assertEqual(code, 141)
        self.assertEqual(self.leaving.asked, ["drain/enable", "drain/disable"])
        self.assertEqual(self.cluster.goals(), {"b0": "serving"})

    def test_it_puts_the_bridge_back_after_an_error_of_its_own_and_shows_where_that_was(self) -> None:
        code, text = self.drain_until(ZeroDivisionError("a fault of the program"))
        self.assertEqual((code, self.cluster.goals()), (1, {"b0": "serving"}))
        self.assertIn("Traceback", text)
        self.assertIn("ZeroDivisionError: a fault of the program", text)

    def test_a_drain_that_began_goes_on_with_the_next_one(self) -> None:
        self.cluster.set_goal(self.leaving, "leaving")
        self.leaving.draining = True
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual((outcome.code, self.cluster.goals()), (0, {"b0": "left"}))

    def test_a_drain_that_ended_the_program_is_done_by_the_next_one(self) -> None:
        self.cluster.drain(self.leaving)
        self.cluster.set_goal(self.leaving, "leaving")
        outcome = self.cluster.drain(self.leaving)
        self.assertEqual((outcome.code, self.cluster.goals()), (0, {"b0": "left"}))


class Json(DrainCase):
    def test_a_drain_knows_no_digest_because_old_ones_must_run_on_new_code(self) -> None:
        stdin = json.dumps({"version": 1, "digest": "0" * 64, "bridge": {}, "draining": False})
        outcome = self.cluster.run("drain", None, stdin=stdin)
        self.assertEqual((outcome.code, self.leaving.asked), (65, []))
        self.assertIn("digest is unknown to this verb", outcome.text)
