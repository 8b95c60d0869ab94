"""Whether a bridge lives, and what jicofo sees of it: when which word is believed."""

from collections.abc import Callable

from jitsi_hetzner.bridge import Bridge, State
from jitsi_hetzner.bridge_client import BridgeClient
from jitsi_hetzner.http_client import HttpError
from jitsi_hetzner.jicofo import Jicofo, Seen, Unknown
from jitsi_hetzner.judgement import judge

from .case import Case, each
from .fake_cluster import FakeCluster
from .fake_jicofo import Seen as SeenByFake
from .faults import Fault
from .probe import Probe

OPERATIONAL = SeenByFake(operational=True)
DEAD = SeenByFake(operational=False)


class JudgementCase(Case):
    def setUp(self) -> None:
        self.cluster = FakeCluster()
        self.addCleanup(self.cluster.close)
        self.fake = self.cluster.bridges[0]
        self.host = Probe(self.cluster).host
        self.bridge = Bridge(self.fake.name, self.fake.nickname, self.fake.address)
        self.jicofo = Jicofo(self.host)


class View(JudgementCase):
    @each(
        (Seen.GONE, SeenByFake(gone=True)),
        (Seen.DEAD, DEAD),
        (Seen.OPERATIONAL, OPERATIONAL),
    )
    def test_is_one_of_three(self, expected: Seen, seen: SeenByFake) -> None:
        self.cluster.jicofo.seen[self.fake] = seen
        self.assertIs(self.jicofo.view(self.bridge), expected)

    def test_finds_a_bridge_gone_where_jicofo_lists_none_and_is_logged_in(self) -> None:
        for bridge in self.cluster.bridges:
            self.cluster.jicofo.seen[bridge] = SeenByFake(gone=True)
        self.assertIs(self.jicofo.view(self.bridge), Seen.GONE)

    def test_does_not_believe_in_an_empty_list_of_a_jicofo_that_is_not_logged_in(self) -> None:
        self.cluster.jicofo.is_logged_in = False
        self.assert_unknown("jicofo is not logged in to prosody, so it knows no bridge, so nobody can tell")

    def test_does_not_believe_in_an_empty_list_of_a_jicofo_that_is_outside_of_the_bridges_room(self) -> None:
        self.cluster.jicofo.is_in_room = False
        self.assert_unknown("jicofo is logged in to prosody, but not in the bridges' room, so it knows no bridge")

    def test_does_not_believe_in_an_empty_list_where_prosody_is_down(self) -> None:
        self.cluster.jicofo.is_logged_in = self.cluster.prosody_runs = False
        self.assert_unknown("prosody does not answer on port 5222 of the web host")

    def test_cannot_tell_when_jicofo_is_down(self) -> None:
        self.cluster.jicofo.runs = False
        self.assert_unknown("jicofo does not answer, so nobody can tell whether participants are on b0")

    def assert_unknown(self, words: str) -> None:
        seen = self.jicofo.view(self.bridge)
        self.assertIsInstance(seen, Unknown)
        self.assertIn(words, str(seen))

    @each(
        ({}, "ready"),
        ({"operational": False, "drain": True}, "not operational, draining"),
        ({"healthy": False}, "not healthy"),
        ({"graceful-shutdown": True}, "shutting down"),
        ({"shutting-down": True}, "shutting down"),
        ({"operational": None}, "not operational"),
    )
    def test_says_what_keeps_a_bridge_from_taking_participants(self, facts: dict[str, object], state: str) -> None:
        whole = {"operational": True, "drain": False, "endpoints": 0, **facts}
        listed = Jicofo(Probe(self.cluster, debug={f"room@a/{self.fake.nickname}": whole}).host).bridges()
        self.assertEqual([one.state for one in listed], [state])

    @each(({},), ({"endpoints": None},), ({"endpoints": "3"},), ({"endpoints": True},))
    def test_takes_no_count_that_is_none(self, facts: dict[str, object]) -> None:
        jicofo = Jicofo(
            Probe(self.cluster, debug={f"room@a/{self.fake.nickname}": {"operational": True, **facts}}).host
        )
        with self.assertRaises(HttpError):
            jicofo.participants(self.bridge)


class Judge(JudgementCase):
    def judged(self) -> State | Unknown:
        return judge(self.host, BridgeClient(self.host, self.bridge), self.jicofo)

    def assert_after(self, seconds: float, expected: State) -> None:
        self.assertIs(self.judged(), expected)
        self.assertEqual(self.cluster.clock.now(), seconds)

    def test_finds_it_alive_when_its_rest_api_answers_whatever_jicofo_says(self) -> None:
        self.cluster.jicofo.runs = False
        self.assert_after(0, State.ALIVE)

    def test_believes_in_a_bridge_that_is_gone_only_after_20_s_because_jicofo_may_have_just_started(self) -> None:
        self.fake.stop()
        self.cluster.jicofo.seen[self.fake] = SeenByFake(gone=True)
        self.assert_after(20, State.GONE)

    def test_takes_the_silence_of_a_broken_forward_for_nothing(self) -> None:
        self.move_to_machine()
        self.cluster.forwards_down.add(self.fake.address)
        self.fake.stop()
        self.cluster.jicofo.seen[self.fake] = SeenByFake(gone=True)
        self.assertIn("the forward to its machine is down", str(self.judged()))
        self.assertEqual(self.cluster.clock.now(), 90)

    def test_believes_that_a_bridge_on_a_machine_is_gone_where_its_forward_stands(self) -> None:
        self.move_to_machine()
        self.fake.stop()
        self.cluster.jicofo.seen[self.fake] = SeenByFake(gone=True)
        self.assert_after(20, State.GONE)

    def test_believes_jicofo_that_a_bridge_is_dead_without_its_forward_too(self) -> None:
        self.move_to_machine()
        self.cluster.forwards_down.add(self.fake.address)
        self.fake.faults["/colibri/drain"] = Fault.ERROR
        self.cluster.jicofo.seen[self.fake] = DEAD
        self.assert_after(20, State.DEAD)

    def move_to_machine(self) -> None:
        self.fake.address = "127.80.7.8"
        self.bridge = Bridge(self.fake.name, self.fake.nickname, self.fake.address)

    def test_believes_in_a_dead_bridge_only_after_20_s_because_an_overloaded_one_fails_a_health_check_too(self) -> None:
        self.fake.faults["/colibri/drain"] = Fault.ERROR
        self.cluster.jicofo.seen[self.fake] = DEAD
        self.assert_after(20, State.DEAD)

    @each(
        (lambda cluster: setattr(cluster.jicofo, "runs", False), "jicofo does not answer"),
        (
            lambda cluster: cluster.jicofo.seen.update({cluster.bridges[0]: OPERATIONAL}),
            "participants may be on it, but its REST API fails: GET /colibri/drain: it answers with the error 500",
        ),
    )
    def test_gives_up_after_90_s_when_nobody_can_tell_with_the_reason(
        self, happen: Callable[[FakeCluster], None], words: str
    ) -> None:
        self.fake.faults["/colibri/drain"] = Fault.ERROR
        happen(self.cluster)
        self.assertIn(words, str(self.judged()))
        self.assertEqual(self.cluster.clock.now(), 90)

    def test_finds_a_frozen_bridge_dead_once_jicofos_checks_have_failed(self) -> None:
        self.cluster.freeze(self.fake)
        self.assertIs(self.judged(), State.DEAD)
        self.assertTrue(45 <= self.cluster.clock.now() < 60, self.cluster.clock.now())

    def test_finds_a_bridge_that_restarts_alive(self) -> None:
        self.fake.stop(says_good_bye=True)
        self.fake.start()
        self.assert_after(10, State.ALIVE)
