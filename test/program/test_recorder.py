"""The recorder of a host: in service and out of it, its disk, health, settings and packages. No recording is cut."""

from unittest.mock import patch

from jitsi_hetzner.recordings import COME_BACK_BYTES, RESERVE_BYTES, Recordings

from .case import Case, each
from .fake_recorder import FakeRecorder

GIGABYTE = 1_000_000_000


class RecorderCase(Case):
    def setUp(self) -> None:
        self.recorder = FakeRecorder()
        self.addCleanup(self.recorder.close)
        self.jibri = self.recorder.jibri
        self.free = 50 * GIGABYTE
        disk = patch.object(Recordings, "free_bytes", lambda _: self.free)
        disk.start()
        self.addCleanup(disk.stop)

    def in_service(self) -> None:
        self.assertEqual(self.recorder.run("recorder", "start", "jibri-1014").code, 0)
        self.assertEqual(self.jibri.state, "active")
        self.jibri.events.clear()


class Control(RecorderCase):
    """What the web host asks for at the control port."""

    def test_start_puts_the_recorder_into_service(self) -> None:
        self.in_service()
        status = self.recorder.status()
        self.assertEqual((status["running"], status["busy"], status["problem"]), (True, "idle", ""))

    def test_status_has_what_the_web_host_reads(self) -> None:
        self.in_service()
        self.assertEqual(
            self.recorder.status(),
            {
                "version": "8.0-1", "nickname": "jibri-1014", "running": True, "busy": "idle", "healthy": True,
                "diskFreeBytes": 50 * GIGABYTE, "diskLow": False, "uploadsWaiting": 0, "lastUploadError": "",
                "localFiles": [], "problem": "", "watchFault": "",
            },
        )  # fmt: skip

    @each(("jibri-xorg.service",), ("jibri-icewm.service",))
    def test_status_names_a_part_of_the_display_that_does_not_run(self, unit: str) -> None:
        self.in_service()
        self.jibri.display[unit] = "activating"
        self.assertIn(f"{unit} does not run", self.recorder.status()["problem"])

    @each(("jitsi-hetzner-keep.timer",), ("jitsi-hetzner-upload.timer",))
    def test_status_names_a_timer_that_does_not_run_in_service(self, unit: str) -> None:
        self.jibri.timers[unit] = "inactive"
        self.assertEqual(self.recorder.status()["problem"], "")
        self.jibri.timers[unit] = "active"
        self.in_service()
        self.jibri.timers[unit] = "inactive"
        self.assertIn(f"{unit} does not run, so nobody looks after", self.recorder.status()["problem"])

    @each(("is-active", "stopped"), ("is-enabled", "disabled"))
    def test_status_tells_of_the_watch_of_the_host_where_it_has_one(self, question: str, fault: str) -> None:
        self.in_service()
        self.jibri.watch[question] = False
        # An existing machine.
        self.assertEqual(self.recorder.status()["watchFault"], "")
        self.recorder.paths.units.mkdir()
        (self.recorder.paths.units / "jitsi-hetzner-watch.timer").touch()
        status = self.recorder.status()
        self.assertEqual((status["watchFault"], status["problem"]), (fault, ""))
        # The web host, which tells of its own watch.
        self.recorder.paths.jicofo_settings.mkdir()
        self.assertEqual(self.recorder.status()["watchFault"], "")

    @each(("start",), ("shutdown",))
    def test_is_refused_for_a_recorder_with_another_nickname_at_the_same_address(self, action: str) -> None:
        outcome = self.recorder.run("recorder", action, "jibri-7")
        self.assertEqual((outcome.code, self.jibri.events), (3, []))
        self.assertIn("the recorder of this host is jibri-1014, and not jibri-7. Nothing was done", outcome.text)

    def test_shutdown_ends_an_idle_recorder_for_good(self) -> None:
        self.in_service()
        self.recorder.run("recorder", "shutdown", "jibri-1014")
        self.recorder.keep()
        self.assertEqual((self.jibri.state, self.jibri.events), ("failed", ["gracefulShutdown"]))

    def test_shutdown_lets_a_recording_go_on_to_its_end(self) -> None:
        self.in_service()
        self.jibri.record()
        self.recorder.run("recorder", "shutdown")
        self.recorder.keep()
        self.assertEqual((self.jibri.state, self.recorder.status()["busy"]), ("active", "busy"))
        self.jibri.finish()
        self.recorder.keep()
        self.assertEqual((self.jibri.state, self.recorder.status()["uploadsWaiting"]), ("failed", 1))

    def test_start_takes_a_shutdown_back_that_waits_for_a_recording(self) -> None:
        self.in_service()
        self.jibri.record()
        self.recorder.run("recorder", "shutdown")
        self.recorder.run("recorder", "start")
        self.jibri.finish()
        self.assertEqual(self.jibri.state, "active")

    def test_start_of_a_recorder_in_service_changes_nothing(self) -> None:
        self.in_service()
        self.jibri.record()
        self.recorder.run("recorder", "start")
        self.assertEqual(self.jibri.events, [])

    def test_shutdown_reaches_a_jibri_that_did_not_answer_at_first(self) -> None:
        self.in_service()
        self.jibri.answers = False
        self.recorder.run("recorder", "shutdown")
        self.jibri.answers = True
        self.recorder.keep()
        self.assertEqual(self.jibri.state, "failed")


class Keep(RecorderCase):
    def test_changes_nothing_on_a_recorder_that_is_well(self) -> None:
        self.in_service()
        self.assertEqual((self.recorder.keep(), self.jibri.events), ("", []))

    def test_starts_a_recorder_that_has_ended_and_shall_be_in_service(self) -> None:
        self.in_service()
        self.jibri.state = "failed"
        self.recorder.keep()
        self.assertEqual(self.jibri.state, "active")

    @each(("healthy", False), ("busy", "EXPIRED"))
    def test_starts_a_recorder_again_that_jicofo_does_not_use(self, field: str, value: object) -> None:
        self.in_service()
        setattr(self.jibri, field, value)
        self.recorder.keep()
        self.assertEqual(self.jibri.events, ["notifyConfigChanged", "runs"])

    def test_lets_an_unhealthy_recorder_finish_its_recording(self) -> None:
        self.in_service()
        self.jibri.record()
        self.jibri.healthy = False
        self.recorder.keep()
        self.assertEqual(self.jibri.events, [])
        self.assertIn("jibri is not healthy: JibriManager: UNHEALTHY", self.recorder.status()["problem"])

    def test_has_new_settings_taken_at_once_by_an_idle_recorder(self) -> None:
        self.in_service()
        self.recorder.write_settings("other")
        self.recorder.keep()
        self.assertEqual(self.jibri.events, ["notifyConfigChanged", "runs"])
        self.recorder.keep()
        self.assertEqual(len(self.jibri.events), 2)

    def test_has_new_settings_taken_by_a_busy_recorder_after_its_recording(self) -> None:
        self.in_service()
        self.jibri.record()
        self.recorder.write_settings("other")
        self.recorder.keep()
        self.assertNotIn("runs", self.jibri.events)
        self.jibri.finish()
        self.assertIn("runs", self.jibri.events)

    def test_starts_a_jibri_again_that_is_silent_for_long(self) -> None:
        self.in_service()
        self.jibri.answers = False
        self.recorder.keep()
        self.assertEqual(self.jibri.events, [])
        self.recorder.clock._now += 121
        self.recorder.keep()
        self.assertEqual(self.jibri.events, ["stop", "start", "runs"])

    def test_leaves_a_silent_jibri_alone_that_records(self) -> None:
        self.in_service()
        self.jibri.record()
        self.jibri.answers = False
        for _ in range(3):
            self.recorder.clock._now += 121
            self.recorder.keep()
        self.assertEqual(self.jibri.events, [])

    def test_hands_over_what_jibri_left_behind(self) -> None:
        self.in_service()
        folder = self.jibri.record()
        self.jibri.crash()
        self.recorder.age(folder, 120)
        self.assertIn("abcdefgh was left behind by jibri, and is handed over", self.recorder.keep())
        (found,) = (self.recorder.paths.recordings / "finished").iterdir()
        self.assertTrue(found.name.endswith("_abcdefgh"))
        self.assertEqual(next(found.iterdir()).read_bytes(), b"the recording")

    def test_hands_over_no_recording_that_runs(self) -> None:
        self.in_service()
        folder = self.jibri.record()
        self.recorder.age(folder, 120)
        self.recorder.keep()
        self.assertTrue(folder.exists())


class Disk(RecorderCase):
    def test_below_the_reserve_the_recorder_leaves_before_a_recording_can_start(self) -> None:
        self.in_service()
        self.free = RESERVE_BYTES - 1
        self.recorder.keep()
        self.assertEqual(self.jibri.state, "failed")
        status = self.recorder.status()
        self.assertEqual((status["diskLow"], status["running"]), (True, False))
        self.assertIn("its disk has 8.3 GB left, and a recording needs 8 GB", status["problem"])

    def test_below_the_reserve_a_recording_goes_on(self) -> None:
        self.in_service()
        self.jibri.record()
        self.free = RESERVE_BYTES - 1
        self.recorder.keep()
        self.assertEqual(self.jibri.state, "active")
        self.jibri.finish()
        self.recorder.keep()
        self.assertEqual(self.jibri.state, "failed")

    def test_the_recorder_comes_back_by_itself_when_there_is_room(self) -> None:
        self.in_service()
        self.free = RESERVE_BYTES - 1
        self.recorder.keep()
        # Not yet: it would go in and out.
        self.free = RESERVE_BYTES + 1
        self.recorder.keep()
        self.assertEqual(self.jibri.state, "failed")
        self.free = COME_BACK_BYTES
        self.recorder.keep()
        self.assertEqual((self.jibri.state, self.recorder.status()["diskLow"]), ("active", False))

    def test_a_recorder_that_was_shut_down_does_not_come_back_with_the_room(self) -> None:
        self.in_service()
        self.free = RESERVE_BYTES - 1
        self.recorder.keep()
        self.recorder.run("recorder", "shutdown")
        self.free = COME_BACK_BYTES
        self.recorder.keep()
        self.assertEqual(self.jibri.state, "failed")


class Packages(RecorderCase):
    def test_a_newer_browser_is_installed_while_the_recorder_is_out_of_service(self) -> None:
        self.in_service()
        self.recorder.candidate = "131-1"
        self.recorder.keep()
        self.assertEqual(self.jibri.events, ["gracefulShutdown", "installs chromium", "start", "runs"])

    def test_a_newer_browser_waits_for_the_end_of_a_recording(self) -> None:
        self.in_service()
        self.jibri.record()
        self.recorder.candidate = "131-1"
        self.recorder.keep()
        self.assertEqual(self.jibri.events, [])
        self.jibri.finish()
        self.recorder.keep()
        self.assertIn("installs chromium", self.jibri.events)

    def test_a_recording_that_begins_before_the_upgrade_is_not_cut(self) -> None:
        self.in_service()
        self.recorder.candidate = "131-1"
        request = self.jibri.request

        def begins_first(method: str, *words: object, **options: object) -> str:
            if method == "POST" and self.jibri.busy == "IDLE":
                self.jibri.record()
            return request(method, *words, **options)  # type: ignore[arg-type]

        with patch.object(self.jibri, "request", begins_first):
            self.recorder.keep()
        self.assertEqual((self.jibri.state, self.jibri.events), ("active", ["gracefulShutdown"]))
        self.jibri.finish()
        self.recorder.keep()
        self.assertEqual(self.jibri.events[1:], ["installs chromium", "start", "runs"])

    def test_a_browser_that_cannot_be_installed_keeps_no_recorder_out_of_service(self) -> None:
        self.in_service()
        self.recorder.candidate = "131-1"
        self.recorder.install_error = "E: Failed to fetch\n"
        self.assertIn("until the next attempt in an hour: E: Failed to fetch", self.recorder.keep())
        self.assertEqual(self.jibri.state, "active")
        self.jibri.events.clear()
        self.recorder.keep()
        self.assertEqual(self.jibri.events, [])
        self.recorder.install_error = None
        self.recorder.pass_hour()
        self.recorder.keep()
        self.assertIn("installs chromium", self.jibri.events)

    def test_apt_is_asked_once_an_hour(self) -> None:
        self.in_service()
        for _ in range(3):
            self.recorder.keep()
        asked = [words for words in self.recorder.commands.ran if words[0] == "apt-cache"]
        self.assertEqual(len(asked), 1)

    def test_another_version_of_jitsi_brings_a_newer_jibri(self) -> None:
        self.in_service()
        self.recorder.write_settings("other", jitsiVersion="2.0.2")
        self.recorder.keep()
        self.assertEqual(self.jibri.events, ["gracefulShutdown", "installs jibri", "start", "runs"])
        self.assertEqual(self.recorder.status()["version"], "8.0-2")
        self.jibri.events.clear()
        self.recorder.keep()
        self.assertEqual(self.jibri.events, [])
