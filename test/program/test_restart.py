"""The rolling restart: the verb restart."""

from typing import Any

from jitsi_hetzner.locks import Purpose

from .case import Case, each
from .fake_bridge import FakeBridge
from .fake_cluster import FakeCluster, Outcome, given
from .fake_jicofo import Seen
from .faults import Fault


class Restart(Case):
    """Both bridges have come into service with the settings "old"."""

    def setUp(self) -> None:
        self.cluster = FakeCluster()
        self.addCleanup(self.cluster.close)
        self.bridge, self.other = self.cluster.bridges
        self.bridge_host, self.other_host = self.cluster.bridge_hosts
        self.cluster.set_policy(drainTimeoutSeconds=40)
        for bridge in self.cluster.bridges:
            self.cluster.set_goal(bridge, "serving")
            self.note(bridge, "old 7")

    def note(self, bridge: FakeBridge, text: str | None) -> None:
        path = self.cluster.paths.notes / bridge.nickname
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.unlink()
        else:
            path.write_text(f"{text}\n")

    def notes(self) -> list[str]:
        return [(self.cluster.paths.notes / one.nickname).read_text().strip() for one in self.cluster.bridges]

    def declare(self, *settings: str) -> list[dict[str, Any]]:
        """The settings of each bridge, which are in its files; their common former hash is "former"."""
        for bridge_host, written in zip(self.cluster.bridge_hosts, settings, strict=True):
            bridge_host.written = written
        return [
            {**given(bridge), "settingsHash": written, "formerHash": "former"}
            for bridge, written in zip(self.cluster.bridges, settings, strict=True)
        ]

    def restart(self, *settings: str, **options: Any) -> Outcome:
        """Of the first bridge, if no settings of the second are given."""
        wanted = [*settings, "old"][:2]
        fields = {"bridges": self.declare(*wanted), "bridgeVersion": "2.3-307"}
        return self.cluster.run("restart", fields, **options)

    def acts(self, bridge: FakeBridge | None = None) -> list[str]:
        """What was asked of a bridge that changes something."""
        return [asked for asked in (bridge or self.bridge).asked if asked != "settings"]

    def drain_other_first(self) -> None:
        self.other.draining = True
        self.cluster.let_pass(5)

    def join(self, count: int) -> None:
        self.cluster.participants.join(self.bridge, count)


class Looks(Restart):
    """Which bridges restart."""

    def test_does_nothing_where_every_bridge_runs_with_its_settings(self) -> None:
        self.join(3)
        outcome = self.restart("old")
        self.assertEqual((outcome.code, outcome.text), (0, "restart: every bridge runs with its settings: 2\n"))
        self.assertEqual((self.acts(), self.acts(self.other), self.bridge.people), ([], [], 3))

    def test_asks_each_bridge_once_and_not_its_rest_api(self) -> None:
        before = self.cluster.clock.now()
        self.restart("old")
        self.assertEqual([self.bridge.asked, self.other.asked], [["settings"], ["settings"]])
        self.assertEqual((self.cluster.requests, self.cluster.clock.now()), ([], before))

    def test_restarts_only_the_bridge_whose_settings_have_changed(self) -> None:
        outcome = self.restart("new")
        self.assertEqual((outcome.code, self.bridge_host.running, self.acts(self.other)), (0, "new", []))
        self.assertIn("restart: one after the other: b0\n", outcome.text)
        self.assertIn("jvb/apply: b0 has joined the brewery\n", outcome.text)

    def test_restarts_a_bridge_that_has_another_version_than_the_web_host(self) -> None:
        self.bridge_host.version = "2.3-306"
        self.assertEqual(self.restart("old").code, 0)
        self.assertEqual(self.bridge_host.version, "2.3-307")

    def test_believes_the_bridge_and_not_the_note_of_an_older_program_with_its_turn(self) -> None:
        self.join(3)
        for note in ("other 7", "former 1764000000000000000-restart", "old 1764000000000000000-restart"):
            self.note(self.bridge, note)
            self.assertEqual(self.restart("old").code, 0)
        self.assertEqual((self.acts(), self.bridge.people), ([], 3))

    def test_does_nothing_for_settings_that_the_program_before_had_by_its_own_hash_of_them(self) -> None:
        self.bridge_host.running = "former"
        self.join(3)
        outcome = self.restart("new")
        self.assertIn("every bridge runs with its settings", outcome.text)
        self.assertEqual((self.acts(), self.bridge.people, self.notes()), ([], 3, ["new 0", "old 7"]))

    def test_notes_the_settings_of_a_new_bridge_and_leaves_it_to_the_acceptance_whether_jicofo_finds_it(self) -> None:
        self.note(self.bridge, None)
        self.cluster.jicofo.seen[self.bridge] = Seen(gone=True)
        outcome = self.restart("old")
        self.assertEqual((outcome.code, self.acts(), self.notes()), (0, [], ["old 0", "old 7"]))

    def test_restarts_a_bridge_with_other_settings_whose_note_is_lost_with_the_web_host(self) -> None:
        self.note(self.bridge, None)
        self.assertEqual((self.restart("new").code, self.bridge_host.running), (0, "new"))

    @each(
        ("not operational", Seen(operational=False)),
        ("not healthy", Seen(healthy=False)),
        ("not in its list", Seen(gone=True)),
    )
    def test_restarts_a_bridge_with_the_same_settings_where_jicofo_cannot_use_it_whatever_it_says_itself(
        self, state: str, seen: Seen
    ) -> None:
        self.cluster.jicofo.seen[self.bridge] = seen
        self.bridge_host.on_restart = self.cluster.jicofo.seen.clear
        outcome = self.restart("old")
        self.assertIn(f"jicofo cannot use b0 ({state}): it restarts", outcome.text)
        self.assertEqual((outcome.code, "apply restart" in self.acts()), (0, True), outcome.text)
        self.assertEqual(self.cluster.goals(), {"b0": "serving", "b1": "serving"})

    def test_gives_jicofo_time_to_find_the_bridge_again_and_leaves_it_alone_then(self) -> None:
        self.cluster.jicofo.seen[self.bridge] = Seen(operational=False)

        def watch(text: str) -> None:
            if "still waiting for jicofo to find" in text:
                self.cluster.jicofo.seen.clear()

        outcome = self.restart("old", watch=watch)
        self.assertIn("every bridge runs with its settings", outcome.text)
        self.assertEqual(self.acts(), [])

    def test_gives_all_bridges_that_time_together(self) -> None:
        for bridge in self.cluster.bridges:
            self.cluster.jicofo.seen[bridge] = Seen(operational=False)
        moments: list[float] = []

        def watch(text: str) -> None:
            if "jicofo cannot use b1" in text and not moments:
                moments.append(self.cluster.clock.now())
                self.cluster.jicofo.seen.clear()

        self.restart("old", watch=watch)
        self.assertEqual([round(one) for one in moments], [90])

    def test_does_not_blame_the_bridge_where_jicofo_does_not_answer(self) -> None:
        self.cluster.jicofo.runs = False
        outcome = self.restart("old")
        self.assertEqual((outcome.code, self.acts()), (0, []))
        self.assertIn("every bridge runs with its settings", outcome.text)

    def test_believes_the_note_where_the_host_of_the_bridge_does_not_answer(self) -> None:
        self.bridge_host.listens = False
        outcome = self.restart("old")
        self.assertEqual((outcome.code, self.acts()), (0, []))
        self.assertIn("b0 does not say with which settings it runs (connection refused)", outcome.text)

    def test_takes_no_bridge_out_of_service_whose_host_cannot_be_told_to_restart_it(self) -> None:
        self.bridge_host.listens = False
        outcome = self.restart("new")
        self.assertEqual((outcome.code, self.acts(), self.bridge.draining), (1, [], False))
        self.assertEqual(self.cluster.goals(), {"b0": "serving", "b1": "serving"})
        self.assertIn(
            "restart failed on web: b0 cannot be told to restart with its settings, and stays as it is: its host does "
            "not answer on 10.0.0.10:8081 (connection refused)",
            outcome.text,
        )
        self.assertIn("systemctl restart jitsi-hetzner-start.socket", outcome.text)


class InOrder(Restart):
    """One bridge after the other."""

    def test_takes_the_next_bridge_out_only_when_jicofo_sends_participants_to_the_one_before(self) -> None:
        seen: list[bool] = []

        def before_the_second() -> None:
            seen.append(self.cluster.jicofo.takes_for_draining(self.bridge))

        self.other_host.on_restart = before_the_second
        self.join(7)
        outcome = self.restart("new", "new")
        self.cluster.let_pass(10)
        self.assertEqual((outcome.code, seen), (0, [False]))
        self.assertEqual([one.running for one in self.cluster.bridge_hosts], ["new", "new"])
        self.assertEqual(self.cluster.participants.disturbances, (14, 0, 0))
        self.assertEqual(self.cluster.goals(), {"b0": "serving", "b1": "serving"})

    def test_stops_at_a_bridge_that_fails_and_goes_on_there_the_next_time(self) -> None:
        self.bridge_host.code = 1
        outcome = self.restart("new", "new")
        self.assertEqual((outcome.code, self.acts(self.other)), (1, []))
        self.assertIn("jvb/apply failed on b0: it is broken\n", outcome.text)
        self.assertIn(
            "restart failed on web: b0 does not run with its settings: jvb/apply ended there with code 1; b0 stays out "
            "of service\n  What to do: repair what the lines above show, then: pulumi up\n",
            outcome.text,
        )
        self.assertEqual(self.cluster.goals(), {"b0": "out", "b1": "serving"})
        self.bridge_host.code = 0
        self.assertEqual(self.restart("new", "new").code, 0)
        self.assertEqual(self.cluster.goals(), {"b0": "serving", "b1": "serving"})

    def test_says_where_to_look_when_the_connection_to_a_bridge_breaks_and_leaves_it_out(self) -> None:
        self.bridge_host.breaks = True
        outcome = self.restart("new", "new")
        self.assertEqual((outcome.code, self.cluster.goals()["b0"], self.acts(self.other)), (1, "out", []))
        self.assertRegex(
            outcome.text,
            r"b0 was asked to restart with its settings, and does not say how that ended \(the connection broke on "
            r"10\.0\.0\.10:8081\); b0 stays out of service\n  What to do: on the bridge: tail .*apply\.log",
        )

    def test_does_not_take_a_connection_that_is_closed_without_an_exit_code_for_success(self) -> None:
        self.bridge_host.says_end = False
        outcome = self.restart("new")
        self.assertEqual((outcome.code, self.cluster.goals()["b0"]), (1, "out"))
        self.assertIn("does not say how that ended (the connection was closed on 10.0.0.10:8081)", outcome.text)

    def test_ends_another_restart_and_works_on_each_bridge_alone(self) -> None:
        self.restart("new", "new")
        both = [(nickname, purpose) for nickname in ("jvb-100", "jvb-101") for purpose in (Purpose.OUT, Purpose.IN)]
        self.assertEqual((self.cluster.locks.restarts, self.cluster.locks.taken), (1, both))


class Out(Restart):
    """Before a bridge restarts."""

    def test_has_the_participants_moved_to_other_bridges(self) -> None:
        self.join(7)
        outcome = self.restart("new")
        self.cluster.let_pass(10)
        self.assertIn("jicofo moves participants to other bridges: 7", outcome.text)
        self.assertIn("b0 is empty, and it is out of service for its restart", outcome.text)
        self.assertEqual((outcome.code, self.bridge.people, self.other.people), (0, 0, 7))
        self.assertEqual(self.acts()[0], "drain/enable")

    def test_moves_each_participant_once(self) -> None:
        self.join(7)
        self.restart("new")
        self.cluster.let_pass(10)
        self.assertEqual(self.cluster.participants.disturbances, (7, 0, 0))

    def test_gives_up_when_participants_stay_and_puts_the_bridge_back_with_what_to_do(self) -> None:
        self.join(3)
        self.drain_other_first()
        outcome = self.restart("new")
        self.assertEqual(outcome.code, 1)
        self.assertIn("failed on web: participants on b0 after 40 s: 3; it goes back into service", outcome.text)
        self.assertIn("pulumi config set forceDrain true", outcome.text)
        self.assertEqual((self.bridge.draining, self.cluster.goals()["b0"]), (False, "serving"))
        self.assertEqual((self.acts(), self.bridge_host.running), (["drain/enable", "drain/disable"], "old"))

    def test_gives_up_and_leaves_a_bridge_in_drain_mode_that_is_to_be_empty(self) -> None:
        self.cluster.set_goal(self.bridge, "drained")
        self.join(3)
        self.drain_other_first()
        self.assertEqual(self.restart("new").code, 1)
        self.assertEqual((self.bridge.draining, self.cluster.goals()["b0"]), (True, "drained"))

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
        outcome = self.restart("new")
        self.assertEqual((outcome.code, self.bridge_host.running), (0, "new"), outcome.text)
        self.assertIn(f"{reason}: participants cut off by the restart of b0: 3", outcome.text)

    def test_is_for_a_dead_bridge_too_once_jicofo_has_moved_its_participants(self) -> None:
        # Its restart may help.
        self.cluster.freeze(self.bridge)
        self.cluster.jicofo.seen[self.bridge] = Seen(operational=False)
        self.bridge_host.on_restart = self.cluster.jicofo.seen.clear
        self.join(12)
        outcome = self.restart("new")
        self.cluster.let_pass(10)
        self.assertEqual((outcome.code, self.other.people, self.bridge_host.running), (0, 12, "new"), outcome.text)
        self.assertIn("b0 does not answer, and jicofo has no participants on it", outcome.text)

    def test_leaves_a_dead_bridge_alone_whose_participants_cannot_be_moved(self) -> None:
        self.cluster.set_policy(drainTimeoutSeconds=5)
        self.cluster.freeze(self.bridge)
        self.cluster.jicofo.seen[self.bridge] = Seen(operational=False)
        self.join(12)
        self.drain_other_first()
        outcome = self.restart("new")
        self.assertEqual((outcome.code, self.cluster.goals()["b0"], self.bridge_host.running), (1, "serving", "old"))
        self.assertIn("participants on b0 after 5 s: 12; it does not answer and is not restarted", outcome.text)

    def test_does_not_begin_while_jicofo_is_down_which_cannot_move_participants_then(self) -> None:
        self.cluster.jicofo.runs = False
        self.join(3)
        outcome = self.restart("new")
        self.assertEqual((outcome.code, self.acts(), self.cluster.goals()["b0"]), (1, [], "serving"))
        self.assertRegex(outcome.text, "jicofo does not answer on .*, so b0 stays in service, with its old settings")

    def test_does_not_begin_when_nobody_can_tell_whether_participants_are_on_the_bridge(self) -> None:
        self.bridge.faults["/colibri/drain"] = Fault.NOT_FOUND
        outcome = self.restart("new")
        self.assertEqual((outcome.code, self.cluster.goals()["b0"]), (1, "serving"))
        self.assertIn("jicofo finds b0 operational, so participants may be on it", outcome.text)


class Interrupted(Restart):
    """By this program or by an older one: the goal of the bridge is `out`."""

    def setUp(self) -> None:
        super().setUp()
        self.cluster.set_goal(self.bridge, "out")
        self.bridge.draining = True
        self.cluster.let_pass(5)

    def test_goes_on_with_a_bridge_that_was_taken_out_and_has_not_restarted(self) -> None:
        outcome = self.restart("new")
        self.assertEqual((outcome.code, self.bridge_host.running, self.bridge.draining), (0, "new", False))
        self.assertEqual(self.cluster.goals()["b0"], "serving")

    def test_only_brings_a_bridge_back_that_has_restarted_already(self) -> None:
        self.bridge_host.running = "new"
        outcome = self.restart("new")
        self.assertEqual((outcome.code, self.bridge.draining, self.cluster.goals()["b0"]), (0, False, "serving"))
        self.assertNotIn("apply", self.acts())

    def test_only_brings_a_bridge_back_whose_settings_went_back_meanwhile(self) -> None:
        outcome = self.restart("old")
        self.assertEqual((outcome.code, self.bridge.draining, self.cluster.goals()["b0"]), (0, False, "serving"))
        self.assertNotIn("apply", self.acts())

    def test_restarts_it_with_the_same_settings_where_jicofo_cannot_use_it(self) -> None:
        self.cluster.jicofo.seen[self.bridge] = Seen(operational=False)
        self.bridge_host.on_restart = self.cluster.jicofo.seen.clear
        self.assertEqual(self.restart("old").code, 0)
        self.assertIn("apply restart", self.acts())

    def test_does_not_take_the_note_for_the_settings_of_a_bridge_that_may_have_restarted(self) -> None:
        self.bridge_host.listens = False
        outcome = self.restart("old")
        self.assertEqual((outcome.code, self.cluster.goals()["b0"]), (1, "out"))
        self.assertIn("b0 cannot be told to restart with its settings", outcome.text)
