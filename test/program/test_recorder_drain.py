"""recorder-serve and recorder-drain: a recorder enters and leaves the cluster, and no recording is cut off or lost."""

from typing import Any

from .case import Case, each
from .fake_cluster import PID, FakeCluster, Outcome, given
from .fake_recorder_host import FakeRecorderHost


class Recorders(Case):
    """A cluster with one recorder."""

    def setUp(self) -> None:
        self.cluster = FakeCluster(recorders=2)
        self.addCleanup(self.cluster.close)
        self.recorder, self.other = self.cluster.recorders
        self.cluster.set_policy(recordingDrainTimeoutSeconds=3600)
        self.cluster.set_recorder_goal(self.recorder, "serving")

    def drain(self, **watch: Any) -> Outcome:
        return self.cluster.run("recorder-drain", {"recorder": given(self.recorder)}, **watch)

    def serve(self, recorder: FakeRecorderHost | None = None, *, draining: bool = False) -> Outcome:
        fields = {"recorder": given(recorder or self.recorder), "draining": draining}
        return self.cluster.run("recorder-serve", fields)

    @property
    def goal(self) -> str | None:
        return self.cluster.recorder_goals().get("jibri-0")


class Drain(Recorders):
    """Its delete."""

    def test_of_an_idle_recorder_is_done_at_once(self) -> None:
        outcome = self.drain()
        self.assertEqual((outcome.code, self.goal, self.recorder.running), (0, "left", False), outcome.text)
        self.assertLess(self.cluster.clock.now(), 10)

    def test_says_first_how_to_end_it_because_no_signal_of_the_operator_reaches_it(self) -> None:
        self.recorder.record(600)
        first = self.drain().text.splitlines()[0]
        self.assertIn("jibri-0 leaves when its recording has ended and its files are safe, in at most 3600 s", first)
        self.assertIn(f"kill {PID} on web ends this step", first)

    def test_waits_for_the_end_of_the_recording_and_for_its_file_at_its_target(self) -> None:
        self.recorder.record(1800, upload_seconds=300)
        outcome = self.drain()
        self.assertEqual((outcome.code, self.goal), (0, "left"), outcome.text)
        self.assertEqual(self.recorder.uploads, [])
        self.assertGreaterEqual(self.cluster.clock.now(), 2100)
        self.assertLess(self.cluster.clock.now(), 2200)

    def test_shows_what_it_waits_for_every_half_minute(self) -> None:
        self.recorder.record(300, upload_seconds=120)
        self.recorder.upload_error = "403 Forbidden"
        text = self.drain().text
        self.assertGreaterEqual(text.count("jibri-0 still records ("), 9)
        self.assertLessEqual(text.count("jibri-0 still records ("), 11)
        self.assertIn("jibri-0 records nothing; 1 recording not at the target yet (403 Forbidden) (", text)

    def test_gives_up_loudly_at_the_end_of_the_time_and_the_recorder_is_back_in_service(self) -> None:
        self.recorder.record(4000)
        outcome = self.drain()
        self.assertEqual((outcome.code, self.goal, self.recorder.wanted), (1, "serving", True))
        self.assertIn("jibri-0 is not ready to go after 3600 s: it still records", outcome.text)
        self.assertIn("jibri-0 is back in service", outcome.text)
        self.assertIn("pulumi config set recordingDrainTimeout", outcome.text)

    def test_never_lets_a_file_go_that_is_not_at_its_target(self) -> None:
        self.recorder.uploads.append("file")
        self.recorder.upload_error = "the bucket is full"
        outcome = self.drain()
        self.assertEqual((outcome.code, self.goal), (1, "serving"))
        self.assertIn("1 recording not at the target (the bucket is full)", outcome.text)

    def test_obeys_a_longer_time_that_is_written_meanwhile(self) -> None:
        self.recorder.record(4000)
        self.cluster.clock.after(100, lambda: self.cluster.set_policy(recordingDrainTimeoutSeconds=7200))
        self.assertEqual((self.drain().code, self.goal), (0, "left"))

    def test_refuses_while_recordings_are_on_the_host_that_is_their_only_place(self) -> None:
        self.recorder.local_files = [f"{number}.mp4" for number in range(7)]
        outcome = self.drain()
        self.assertEqual((outcome.code, self.goal, self.recorder.wanted), (1, "serving", True))
        self.assertIn("7 files of recordings on jibri-0 would be lost with its server: 0.mp4, 1.mp4", outcome.text)
        self.assertIn("4.mp4 and 2 more", outcome.text)
        self.assertIn("scp -r root@ADDRESS:/srv/recordings .", outcome.text)
        self.assertIn("jitsi-hetzner discard-recordings", outcome.text)

    def test_of_the_recorder_on_the_web_host_leaves_its_recordings_there(self) -> None:
        self.recorder.address = "127.0.0.1"
        self.recorder.local_files = ["one.mp4"]
        outcome = self.drain()
        self.assertEqual((outcome.code, self.goal, self.recorder.running), (0, "left", False), outcome.text)
        self.assertIn("has ended, and 1 file of recordings stays on the web host, in ", outcome.text)

    def test_of_the_recorder_on_the_web_host_that_gives_up_names_the_setting_that_keeps_it(self) -> None:
        self.recorder.address = "127.0.0.1"
        self.recorder.record(4000)
        text = self.drain().text
        self.assertIn("or keep it: pulumi config set localRecorder true", text)
        self.assertNotRegex(text, "jibriCount|removedRecorders")

    def test_is_forgotten_with_the_machine_that_it_was_on(self) -> None:
        self.assertEqual((self.drain().code, self.goal), (0, "left"))
        outcome = self.cluster.run("forget", {"nickname": self.recorder.nickname})
        self.assertEqual((outcome.code, self.goal), (0, None), outcome.text)

    def test_does_not_wait_for_ever_for_an_idle_program_that_does_not_end(self) -> None:
        self.recorder.is_stuck = True
        self.assertEqual((self.drain().code, self.goal), (0, "left"))
        self.assertLess(self.cluster.clock.now(), 120)

    def test_of_a_dead_recorder_that_jicofo_does_not_list_is_done_and_says_what_is_lost(self) -> None:
        self.recorder.is_silent = True
        self.recorder.running = False
        outcome = self.drain()
        self.assertEqual((outcome.code, self.goal), (0, "left"), outcome.text)
        self.assertIn("jibri-0 is dead: it does not answer", outcome.text)
        self.assertIn("not at their target yet go with its server", outcome.text)

    def test_fails_where_jicofo_lists_a_recorder_whose_host_does_not_answer(self) -> None:
        self.recorder.is_silent = True
        outcome = self.drain()
        self.assertEqual((outcome.code, self.goal), (1, "serving"))
        self.assertIn("jicofo lists jibri-0, so it may record", outcome.text)
        self.assertIn("npm run drain:skip -- jibri-0", outcome.text)

    def test_of_a_recorder_on_an_existing_machine_names_what_its_owner_can_do(self) -> None:
        self.recorder.address = "127.80.1.2"
        self.recorder.local_files = ["a.mp4"]
        text = self.drain().text
        self.assertIn("1 file of recordings on jibri-0 would be lost: a.mp4", text)
        self.assertIn("put it back into existingNodes", text)
        self.recorder.is_silent = True
        text += self.drain().text
        self.assertIn("repair it (look at the machine)", text)
        self.recorder.running = False
        text += self.drain().text
        self.assertIn("not at their target yet are still on the machine", text)
        self.assertIn("the step leave fails: npm run drain:skip -- jibri-0; pulumi up", text)
        self.assertNotRegex(text, "Hetzner|jibriCount|with its server")

    def test_judges_no_recorder_without_jicofo(self) -> None:
        self.recorder.is_silent = True
        self.recorder.running = False
        self.cluster.jicofo.runs = False
        outcome = self.drain()
        self.assertEqual((outcome.code, self.goal), (1, "serving"))
        self.assertIn("it is unknown whether it records", outcome.text)

    def test_waits_for_a_host_that_reboots(self) -> None:
        self.recorder.is_silent = True
        self.cluster.clock.after(60, lambda: setattr(self.recorder, "is_silent", False))
        self.assertEqual((self.drain().code, self.goal), (0, "left"))

    def test_fails_where_the_host_stops_answering_with_files_that_are_not_at_their_target(self) -> None:
        self.recorder.record(60, upload_seconds=5000)
        self.cluster.clock.after(200, lambda: setattr(self.recorder, "is_silent", True))
        outcome = self.drain()
        self.assertEqual(outcome.code, 1)
        self.assertIn("jibri-0 stopped answering", outcome.text)
        self.assertIn("1 of its recordings were not at their target", outcome.text)
        self.assertIn("jibri-0 is STILL out of service", outcome.text)

    def test_touches_no_other_recorder_that_has_the_address_now(self) -> None:
        self.other.address = self.recorder.address
        self.recorder.is_silent, self.recorder.running = True, False
        self.drain()
        self.assertEqual((self.other.asked, self.other.running), ([], True))

    @each(({"recordingDrainTimeoutSeconds": None},), ({"recordingDrainTimeoutSeconds": "3h"},))
    def test_begins_nothing_without_a_policy(self, policy: dict[str, Any]) -> None:
        self.cluster.set_policy(**policy)
        self.assertEqual((self.drain().code, self.recorder.asked), (1, []))


class Serve(Recorders):
    """Its create."""

    def test_starts_a_recorder_and_notes_it(self) -> None:
        self.other.running = False
        outcome = self.serve(self.other)
        self.assertEqual((outcome.code, self.cluster.recorder_goals()["jibri-1"]), (0, "serving"), outcome.text)

    def test_waits_for_a_host_that_boots_another_kernel(self) -> None:
        self.recorder.is_silent = True
        self.cluster.clock.after(60, lambda: setattr(self.recorder, "is_silent", False))
        self.assertEqual(self.serve().code, 0)

    @each(
        ({"problem": "its disk has 1.0 GB left"}, "its disk has 1.0 GB left"),
        ({"healthy": False}, "it is not healthy"),
        ({"is_silent": True}, "timed out"),
    )
    def test_fails_with_what_keeps_it_from_its_work(self, state: dict[str, Any], words: str) -> None:
        for key, value in state.items():
            setattr(self.recorder, key, value)
        outcome = self.serve()
        self.assertEqual(outcome.code, 1)
        self.assertIn(words, outcome.text)

    def test_takes_one_that_stays_out_of_service_and_waits_for_its_recording(self) -> None:
        self.recorder.record(900)
        outcome = self.serve(draining=True)
        self.assertEqual((outcome.code, self.goal, self.recorder.running), (0, "drained", False), outcome.text)
        self.assertGreaterEqual(self.cluster.clock.now(), 900)

    def test_leaves_a_long_recording_alone_and_fails(self) -> None:
        self.recorder.record(4000)
        outcome = self.serve(draining=True)
        self.assertEqual((outcome.code, self.goal, self.recorder.records), (1, "drained", True))
        self.assertIn("jibri-0 still records after 3600 s", outcome.text)


class Cluster(Recorders):
    """policy and accept, with recorders."""

    def declared(self, *recorders: FakeRecorderHost, draining: bool = False) -> list[dict[str, Any]]:
        return [{**given(one), "draining": draining} for one in recorders]

    def accept(self, *recorders: dict[str, Any]) -> Outcome:
        return self.cluster.run("accept", {"domain": "a.test", "bridges": [], "recorders": list(recorders)})

    def policy(self, *recorders: dict[str, Any]) -> Outcome:
        fields = {
            "bridges": [],
            "media": [],
            "recorders": list(recorders),
            "drainTimeoutSeconds": 9,
            "recordingDrainTimeoutSeconds": 99,
            "forceDrain": False,
        }
        return self.cluster.run("policy", fields)

    def test_is_accepted_where_jicofo_and_each_recorder_are_as_declared(self) -> None:
        self.other.running = False
        outcome = self.accept(*self.declared(self.recorder), *self.declared(self.other, draining=True))
        self.assertEqual(outcome.code, 0, outcome.text)
        self.assertIn("jicofo finds every declared recorder: jibri-0, jibri-1", outcome.text)

    def test_is_accepted_with_a_recorder_that_records(self) -> None:
        self.recorder.record(10_000)
        self.assertEqual(self.accept(*self.declared(self.recorder)).code, 0)

    @each(
        ({"running": False}, "jibri-0 (jibri-200): its program does not answer"),
        ({"problem": "its disk has 1.0 GB left"}, "jibri-0 (jibri-200): its disk has 1.0 GB left"),
        ({"is_silent": True}, "jibri-0 (jibri-200): its host does not answer"),
        ({"healthy": False}, "jibri-0 (jibri-200): it is not healthy"),
    )
    def test_is_refused_with_the_recorder_and_what_it_lacks(self, state: dict[str, Any], words: str) -> None:
        for key, value in state.items():
            setattr(self.recorder, key, value)
        outcome = self.accept(*self.declared(self.recorder, self.other))
        self.assertEqual(outcome.code, 1)
        self.assertIn(words, outcome.text)
        self.assertNotIn("jibri-1 (", outcome.text)

    def test_is_refused_where_jicofo_does_not_list_the_recorder(self) -> None:
        self.cluster.jicofo.recorders = [self.other]
        self.assertIn("not in jicofo's room of recorders", self.accept(*self.declared(self.recorder)).text)

    def test_is_refused_where_jicofo_has_no_room_of_recorders_with_what_to_do(self) -> None:
        self.cluster.jicofo.recorders = None
        outcome = self.accept(*self.declared(self.recorder))
        self.assertEqual(outcome.code, 1)
        self.assertIn("jicofo has no room of recorders", outcome.text)
        self.assertIn("npm run repair -- web", outcome.text)

    def test_without_recorders_needs_no_room_of_recorders(self) -> None:
        self.cluster.jicofo.recorders = None
        self.assertEqual(self.accept().code, 0)

    def test_leaving_recorders_take_no_new_recording_before_the_first_one_drains(self) -> None:
        self.cluster.set_recorder_goal(self.other, "serving")
        outcome = self.accept(*self.declared(self.recorder))
        self.assertEqual((self.other.asked, self.recorder.asked), (["shutdown"], []), outcome.text)
        self.assertEqual(self.cluster.recorder_goals(), {"jibri-0": "serving", "jibri-1": "leaving"})

    def test_a_recorder_that_was_removed_without_a_drain_is_forgotten(self) -> None:
        self.cluster.set_recorder_goal(self.other, "leaving")
        self.other.is_silent = True
        self.accept(*self.declared(self.recorder))
        self.assertEqual(self.cluster.recorder_goals(), {"jibri-0": "serving", "jibri-1": "leaving"})
        self.cluster.jicofo.recorders = [self.recorder]
        outcome = self.accept(*self.declared(self.recorder))
        self.assertIn("jibri-1 does not answer, and jicofo does not list it: it is forgotten", outcome.text)
        self.assertEqual(self.cluster.recorder_goals(), {"jibri-0": "serving"})

    def test_a_recorder_is_forgotten_by_hand_too(self) -> None:
        self.cluster.set_recorder_goal(self.other, "leaving")
        outcome = self.cluster.run("forget", None, "jibri-1")
        self.assertEqual((outcome.code, self.cluster.recorder_goals()), (0, {"jibri-0": "serving"}), outcome.text)

    def test_a_recorder_that_has_left_is_forgotten(self) -> None:
        self.cluster.set_recorder_goal(self.other, "left")
        self.accept(*self.declared(self.recorder))
        self.assertEqual(self.cluster.recorder_goals(), {"jibri-0": "serving"})

    def test_a_declared_recorder_that_a_broken_run_left_half_way_out_is_put_back(self) -> None:
        self.cluster.set_recorder_goal(self.recorder, "leaving")
        self.recorder.running = self.recorder.wanted = False
        outcome = self.policy(*self.declared(self.recorder))
        self.assertEqual((outcome.code, self.goal, self.recorder.running), (0, "serving", True), outcome.text)
        self.assertEqual(self.cluster.policy()["recordingDrainTimeoutSeconds"], 99)
        self.assertEqual([one["name"] for one in self.cluster.policy()["recorders"]], ["jibri-0"])

    def test_a_declared_recorder_that_is_as_it_should_be_is_not_asked(self) -> None:
        self.assertEqual((self.policy(*self.declared(self.recorder)).code, self.recorder.asked), (0, []))
