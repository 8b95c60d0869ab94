"""The wait for an empty bridge."""

import re
from collections.abc import Callable

from jitsi_hetzner.bridge import Bridge
from jitsi_hetzner.bridge_client import BridgeClient
from jitsi_hetzner.emptying import Emptying, Outcome
from jitsi_hetzner.failure import Failure
from jitsi_hetzner.jicofo import Jicofo

from .case import Case
from .fake_cluster import FakeCluster
from .fake_jicofo import Seen
from .faults import Fault
from .probe import Probe


class Wait(Case):
    def setUp(self) -> None:
        self.cluster = FakeCluster()
        self.addCleanup(self.cluster.close)
        self.fake, self.other = self.cluster.bridges
        self.fake.draining = self.other.draining = True
        self.cluster.let_pass(5)
        self.probe = Probe(self.cluster)
        bridge = Bridge(self.fake.name, self.fake.nickname, self.fake.address)
        client = BridgeClient(self.probe.host, bridge)
        self.emptying = Emptying(self.probe.host, client, Jicofo(self.probe.host))

    def waited(self, seconds: int, *, forced: bool = False) -> tuple[Outcome, int | None, float]:
        """How it ended, with how many, and when."""
        self.cluster.set_policy(drainTimeoutSeconds=seconds, forceDrain=forced)
        begin = self.cluster.clock.now()
        outcome = self.emptying.wait()
        return outcome, self.emptying.count.left, self.cluster.clock.now() - begin

    def later(self, seconds: float, event: Callable[[], None]) -> None:
        self.cluster.clock.after(seconds, event)

    def test_ends_when_the_last_one_has_left(self) -> None:
        self.cluster.participants.join(self.fake, 3)
        self.later(3, lambda: self.cluster.leave(self.fake))
        self.assertEqual(self.waited(60), (Outcome.EMPTY, 0, 4))
        self.assertIn("participants left: 3 (0 of 60 s)", self.probe.text)

    def test_says_every_30_s_how_many_are_left_and_that_they_are_when_the_time_is_over(self) -> None:
        self.cluster.participants.join(self.fake, 5)
        self.assertEqual(self.waited(65), (Outcome.TIME_IS_OVER, 5, 66))
        self.assertEqual(self.probe.text.count("participants left: 5"), 3)

    def test_has_participants_moved_at_once_and_again_but_ever_less_often(self) -> None:
        self.cluster.participants.join(self.fake, 5)
        begin = self.cluster.clock.now()
        times: list[float] = []

        def watch(text: str) -> None:
            if "no other bridge can take" in text:
                times.append(self.cluster.clock.now() - begin)

        self.probe.watch = watch
        self.waited(300)
        self.assertEqual(times, [0, 16, 46, 106, 226])

    def test_does_not_take_silence_for_emptiness_nor_waits_for_an_answer_that_never_comes(self) -> None:
        self.fake.faults["/metrics"] = Fault.ERROR
        with self.assertRaises(Failure) as raised:
            self.waited(3000)
        self.assertRegex(raised.exception.problem, "does not say how many participants are on it: .*error 500")
        # 5 s had passed before.
        self.assertEqual(self.cluster.clock.now(), 95)

    def test_waits_for_a_silent_bridge_to_the_end_where_it_may_go_by_force(self) -> None:
        self.fake.faults["/metrics"] = Fault.ERROR
        self.assertEqual(self.waited(100, forced=True), (Outcome.TIME_IS_OVER, None, 100))
        self.assertIn(
            "participants left: unknown (30 of 100 s, GET /metrics: it answers with the error 500)", self.probe.text
        )

    def test_counts_by_jicofo_when_the_bridge_dies_meanwhile_and_is_empty(self) -> None:
        self.fake.faults["/metrics"] = Fault.ERROR
        self.cluster.jicofo.seen[self.fake] = Seen(operational=False)
        self.assertEqual(self.waited(60), (Outcome.EMPTY, 0, 20))

    def test_counts_by_jicofo_when_the_bridge_dies_meanwhile_and_is_not(self) -> None:
        self.fake.faults["/metrics"] = Fault.ERROR
        self.cluster.participants.join(self.fake, 12)
        self.cluster.jicofo.seen[self.fake] = Seen(operational=False)
        self.assertEqual(self.waited(60), (Outcome.TIME_IS_OVER, 12, 60))
        self.assertEqual(len(re.findall("participants are counted by jicofo", self.probe.text)), 1)
