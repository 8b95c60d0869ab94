"""status, with recorders."""

from typing import Any

from jitsi_hetzner.commands import Ran

from .case import Case, each
from .fake_cluster import FakeCluster, Outcome
from .fake_recorder_host import FakeRecorderHost


class Status(Case):
    """On the web host."""

    def setUp(self) -> None:
        self.cluster = FakeCluster(bridges=0, recorders=2)
        self.addCleanup(self.cluster.close)
        self.first, self.second = self.cluster.recorders
        self.cluster.commands.answers |= {
            ("dpkg-query",): Ran(1, ""),
            ("apt-get",): Ran(0),
            ("systemctl", "is-failed"): Ran(1),
            ("systemctl", "show"): Ran(0, "0\n"),
            ("systemctl", "is-active"): Ran(0),
            ("systemctl", "is-enabled"): Ran(0),
        }
        for one in self.cluster.recorders:
            self.cluster.set_recorder_goal(one, "serving")
        self.declare(self.first, self.second)

    def declare(self, *recorders: FakeRecorderHost, draining: bool = False) -> None:
        entries = [{"name": one.name, "nickname": one.nickname, "draining": draining} for one in recorders]
        self.cluster.set_policy(recorders=entries)

    def status(self) -> Outcome:
        return self.cluster.run("status", None)

    def test_shows_each_recorder_with_what_it_does_its_disk_and_its_uploads(self) -> None:
        self.first.record(100)
        self.second.uploads = ["a", "b"]
        outcome = self.status()
        self.assertEqual(outcome.code, 0, outcome.printed)
        rows = [line.split() for line in outcome.printed.splitlines() if line.startswith("jibri-")]
        self.assertEqual(" ".join(rows[0][:9]), "jibri-0 jibri-200 serving in service busy 50.0 GB 0")
        self.assertEqual(" ".join(rows[1][:9]), "jibri-1 jibri-201 serving in service idle 50.0 GB 2")

    @each(
        ({"upload_error": "403 Forbidden"}, "jibri-0 cannot upload: 403 Forbidden"),
        ({"problem": "jibri does not answer"}, "jibri-0: jibri does not answer: npm run repair -- jibri-0"),
        ({"problem": "1.0 GB left", "disk_low": True}, "jibri-0: 1.0 GB left: make room there: jitsi-hetzner upload"),
        ({"is_silent": True}, "jibri-0: its host does not answer"),
        (
            {"watch_fault": "stopped"},
            "watch.timer is stopped on jibri-0, so nobody ends what hangs there: npm run repair -- jibri-0",
        ),
    )
    def test_names_what_is_wrong_with_a_recorder(self, state: dict[str, Any], words: str) -> None:
        for key, value in state.items():
            setattr(self.first, key, value)
        outcome = self.status()
        self.assertEqual(outcome.code, 1)
        self.assertIn(words, outcome.printed)

    def test_names_one_that_jicofo_does_not_list_and_one_that_nobody_declared(self) -> None:
        stranger = FakeRecorderHost(7, self.cluster.clock)
        self.cluster.jicofo.recorders = [self.second, stranger]
        text = self.status().printed
        self.assertIn("jibri-0 is not in jicofo's room of recorders", text)
        self.assertIn("jibri-207 is not of this stack, and jicofo lists it: find out where it runs", text)

    def test_names_how_one_is_forgotten_that_no_up_removes(self) -> None:
        self.declare(self.first)
        told = "jibri-201 is not declared: pulumi up; if it stays: jitsi-hetzner forget jibri-201"
        self.assertIn(told, self.status().printed)

    def test_is_content_with_one_that_is_out_of_service_as_declared(self) -> None:
        for one in self.cluster.recorders:
            one.running = False
            self.cluster.set_recorder_goal(one, "drained")
        self.declare(self.first, self.second, draining=True)
        self.assertEqual(self.status().code, 0)

    def test_tells_a_program_the_same_as_json(self) -> None:
        facts = self.cluster.run("status", {"bridges": []}, "--stdin").printed
        self.assertIn('"nickname": "jibri-200", "goal": "serving", "listed": true, "busy": "idle"', facts)
