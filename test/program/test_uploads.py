"""Recordings on their way to their target: none is lost, none replaces another one, none goes before it is proved."""

from itertools import pairwise
from pathlib import Path

from .case import Case, each
from .fake_recorder import RECORDING, SECRET, FakeRecorder

NAME = "2026-11-30-020000_abcdefgh"
DOWN = "Failed to create file system: dial tcp 10.0.0.9:23: connect: connection refused"


def damaged(at: Path) -> None:
    """Of the same size."""
    (at / "room.mp4").write_bytes(b"x" * len(RECORDING))


class UploadCase(Case):
    kind = "s3"

    def setUp(self) -> None:
        self.recorder = FakeRecorder(self.kind)
        self.addCleanup(self.recorder.close)
        self.rclone = self.recorder.rclone
        self.finished = self.recorder.paths.recordings / "finished"

    def upload(self, *words: str) -> str:
        outcome = self.recorder.run("upload-recordings", *words)
        self.assertIn(outcome.code, (0, 1) if words else (0,))
        return outcome.text

    def local(self) -> list[str]:
        return sorted(path.name for path in self.finished.iterdir())

    def files_at(self, prefix: str) -> dict[str, bytes]:
        return {path: text for path, text in self.recorder.at_target().items() if path.startswith(prefix)}


class Upload(UploadCase):
    def test_brings_the_recording_with_its_metadata_and_then_removes_it_here(self) -> None:
        self.recorder.has_finished()
        self.assertIn(f"{NAME}: 60 bytes are at the target, verified", self.upload())
        found = self.recorder.at_target()
        self.assertEqual(sorted(found), [f"bucket/recordings/{NAME}/{file}" for file in ("metadata.json", "room.mp4")])
        self.assertEqual(found[f"bucket/recordings/{NAME}/room.mp4"], RECORDING)
        self.assertEqual(self.local(), [])

    def test_keeps_the_recording_where_the_target_has_another_content_and_tries_again(self) -> None:
        self.recorder.has_finished()
        self.rclone.after_copy = damaged
        self.assertIn("had another content", self.upload())
        self.assertEqual((self.local(), self.files_at(f"bucket/recordings/{NAME}/room")), ([NAME], {}))
        self.rclone.after_copy = lambda at: None
        self.upload("--now")
        self.assertEqual(self.local(), [])
        self.assertEqual(self.recorder.at_target()[f"bucket/recordings/{NAME}/room.mp4"], RECORDING)

    def test_believes_no_size_where_the_target_has_no_checksums(self) -> None:
        self.rclone.has_md5 = False
        self.recorder.has_finished()
        self.rclone.after_copy = damaged
        self.assertIn("had another content", self.upload())
        self.assertEqual(self.local(), [NAME])

    @each(("has_md5", False), ("server_md5", lambda md5: "0" * 32))
    def test_reads_back_where_the_checksum_of_the_target_is_none_of_the_content(
        self, field: str, value: object
    ) -> None:
        setattr(self.rclone, field, value)
        self.recorder.has_finished()
        self.upload()
        self.assertEqual(self.local(), [])
        self.assertTrue(any("--download" in words for words in self.rclone.ran))

    def test_reads_no_file_back_that_the_target_has_proved(self) -> None:
        self.recorder.has_finished()
        self.upload()
        self.assertFalse(any("--download" in words for words in self.rclone.ran))

    def test_never_replaces_another_recording_of_the_same_name(self) -> None:
        other = self.rclone.folder / "bucket/recordings" / NAME / "room.mp4"
        other.parent.mkdir(parents=True)
        other.write_bytes(b"another recording")
        self.recorder.has_finished()
        self.upload()
        self.assertEqual(other.read_bytes(), b"another recording")
        self.assertEqual(self.recorder.at_target()[f"bucket/recordings/{NAME}+2/room.mp4"], RECORDING)

    def test_takes_no_name_for_its_own_that_it_could_not_look_at(self) -> None:
        self.recorder.has_finished()
        self.rclone.errors[""] = DOWN
        self.upload()
        self.rclone.errors.clear()
        other = self.rclone.folder / "bucket/recordings" / NAME / "room.mp4"
        other.parent.mkdir(parents=True)
        other.write_bytes(b"another recording")
        self.upload("--now")
        self.assertEqual(other.read_bytes(), b"another recording")
        self.assertEqual(self.local(), [])

    def test_goes_on_under_the_same_name_after_a_copy_that_was_cut(self) -> None:
        self.recorder.has_finished()
        self.rclone.errors["hashsum"] = DOWN
        self.upload()
        self.rclone.errors.clear()
        self.upload("--now")
        self.assertEqual(len(self.files_at(f"bucket/recordings/{NAME}/")), 2)
        self.assertEqual(self.local(), [])

    def test_looks_for_a_name_anew_at_another_target(self) -> None:
        self.recorder.has_finished()
        self.rclone.errors["copy"] = DOWN
        self.upload()
        self.rclone.errors.clear()
        other = self.rclone.folder / "other" / "recordings" / NAME / "room.mp4"
        other.parent.mkdir(parents=True)
        other.write_bytes(b"another recording")
        self.recorder.write_settings("x", target=self.recorder.target | {"bucket": "other"})
        self.upload("--now")
        self.assertEqual(other.read_bytes(), b"another recording")
        self.assertEqual(self.local(), [])

    def test_the_settings_of_rclone_are_gone_afterwards(self) -> None:
        self.recorder.has_finished()
        self.upload()
        self.assertIn(f"secret_access_key = {SECRET}", self.rclone.config)
        self.assertEqual(list(self.recorder.paths.run.iterdir()), [])

    def test_no_password_is_in_the_words_of_a_command(self) -> None:
        self.recorder.has_finished()
        self.upload()
        self.assertNotIn(SECRET, repr(self.recorder.commands.ran))

    def test_an_empty_recording_is_removed(self) -> None:
        (self.finished / "empty").mkdir()
        self.upload()
        self.assertEqual((self.local(), self.rclone.ran), ([], []))


class Retries(UploadCase):
    def test_the_error_is_told_until_the_recording_is_safe(self) -> None:
        self.recorder.has_finished()
        self.rclone.errors[""] = DOWN
        self.upload()
        status = self.recorder.status()
        self.assertEqual(status["uploadsWaiting"], 1)
        self.assertRegex(
            status["lastUploadError"],
            rf"^\d{{4}}-\S+ \S+ UTC, {NAME}: https://s3.example.test \(recordingsS3Endpoint\) does not answer: .*",
        )
        self.rclone.errors.clear()
        self.upload("--now")
        status = self.recorder.status()
        self.assertEqual((status["uploadsWaiting"], status["lastUploadError"]), (0, ""))

    def test_attempts_come_after_one_minute_then_later_and_at_least_once_an_hour_for_ever(self) -> None:
        self.recorder.run("recorder", "start")
        self.recorder.has_finished()
        self.rclone.errors[""] = DOWN
        attempts = []
        for second in range(0, 11_500, 20):
            before = len(self.rclone.ran)
            self.upload()
            if len(self.rclone.ran) > before:
                attempts.append(second)
            self.recorder.clock._now += 20
        pauses = [later - earlier for earlier, later in pairwise(attempts)]
        self.assertEqual([round(pause, -1) for pause in pauses[:7]], [60, 120, 240, 480, 960, 1920, 3600])
        self.assertEqual(max(pauses), 3600)
        self.assertEqual(self.local(), [NAME])

    def test_a_recorder_that_leaves_tries_every_minute(self) -> None:
        self.recorder.has_finished()
        self.rclone.errors[""] = DOWN
        for _ in range(8):
            self.upload()
            self.recorder.clock._now += 61
        self.rclone.errors.clear()
        self.upload()
        self.assertEqual(self.local(), [])

    def test_one_recording_that_fails_keeps_no_other_one_here(self) -> None:
        first = self.recorder.has_finished("2026-01-01-000000_first", b"bad")
        self.recorder.has_finished()

        def damage(at: Path) -> None:
            if at.name == first.name:
                (at / "room.mp4").write_bytes(b"x")

        self.rclone.after_copy = damage
        self.upload()
        self.assertEqual(self.local(), [first.name])
        self.assertIn(first.name, self.recorder.status()["lastUploadError"])

    def test_a_target_that_is_down_is_not_asked_for_each_of_many_recordings(self) -> None:
        for number in range(9):
            self.recorder.has_finished(f"2026-01-01-00000{number}_s")
        self.rclone.errors[""] = DOWN
        self.upload()
        self.assertEqual(len(self.rclone.ran), 3)
        self.assertEqual(len(self.local()), 9)

    def test_now_fails_while_something_is_left(self) -> None:
        self.recorder.has_finished()
        self.rclone.errors[""] = DOWN
        self.assertEqual(self.recorder.run("upload-recordings", "--now").code, 1)


class Sftp(UploadCase):
    kind = "sftp"

    def test_a_recording_appears_at_the_target_when_it_is_whole_and_proved(self) -> None:
        self.recorder.has_finished()
        seen: list[list[str]] = []
        self.rclone.after_copy = lambda at: seen.append(
            [one.name for one in (self.rclone.folder / "recordings").iterdir()]
        )
        self.upload()
        self.assertEqual(seen, [[f"{NAME}.partial"]])
        self.assertEqual(
            sorted(self.recorder.at_target()), [f"recordings/{NAME}/{one}" for one in ("metadata.json", "room.mp4")]
        )

    def test_nothing_is_left_at_the_target_of_an_upload_that_was_cut_once_it_succeeds(self) -> None:
        self.recorder.has_finished()
        self.rclone.errors["move"] = DOWN
        self.upload()
        self.rclone.errors.clear()
        self.upload("--now")
        self.assertEqual([one.name for one in (self.rclone.folder / "recordings").iterdir()], [NAME])

    def test_a_copy_here_that_a_reboot_kept_after_the_rename_at_the_target_is_proved_and_removed(self) -> None:
        folder = self.recorder.has_finished()
        copy = {file.name: file.read_bytes() for file in folder.iterdir()}
        self.upload()
        # As it was before the removal.
        notes = self.recorder.paths.uploads
        notes.mkdir(exist_ok=True)
        self.recorder.has_finished()
        self.rclone.errors["move"] = DOWN
        (self.rclone.folder / "recordings" / NAME).rename(self.rclone.folder / "recordings" / "aside")
        self.upload()
        (self.rclone.folder / "recordings" / f"{NAME}.partial").rename(self.rclone.folder / "recordings" / NAME)
        self.upload("--now")
        self.assertEqual(self.local(), [])
        found = {path.name: path.read_bytes() for path in (self.rclone.folder / "recordings" / NAME).iterdir()}
        self.assertEqual(found, copy)

    def test_rclone_gets_the_host_key_and_no_other(self) -> None:
        self.recorder.has_finished()
        self.upload()
        self.assertIn("known_hosts_file = ", self.rclone.config)
        self.assertIn("pass = obscured", self.rclone.config)
        self.assertNotIn(SECRET, self.rclone.config)


class Local(UploadCase):
    kind = "local"

    def test_recordings_stay_and_are_listed(self) -> None:
        self.recorder.has_finished()
        self.upload()
        status = self.recorder.status()
        files = [f"finished/{NAME}/metadata.json", f"finished/{NAME}/room.mp4"]
        self.assertEqual((status["localFiles"], status["uploadsWaiting"]), (files, 0))

    def test_those_older_than_the_retention_are_removed(self) -> None:
        old, new = self.recorder.has_finished("old"), self.recorder.has_finished("new")
        self.recorder.age(old, 8 * 86_400)
        self.recorder.age(new, 6 * 86_400)
        self.recorder.write_settings("x", retentionDays=7)
        self.assertIn("old is older than 7 days (recordingRetentionDays): removed", self.upload())
        self.assertEqual(self.local(), ["new"])

    def test_without_a_retention_they_stay_for_ever(self) -> None:
        self.recorder.age(self.recorder.has_finished(), 20_000 * 86_400)
        self.upload()
        self.assertEqual(self.local(), [NAME])


class Discard(UploadCase):
    kind = "local"

    def test_removes_finished_recordings_and_no_running_one(self) -> None:
        self.recorder.run("recorder", "start")
        running = self.recorder.jibri.record()
        self.recorder.has_finished()
        outcome = self.recorder.run("discard-recordings", "--yes")
        self.assertEqual((outcome.code, self.local(), running.exists()), (0, [], True))

    def test_asks_first(self) -> None:
        self.recorder.has_finished()
        outcome = self.recorder.run("discard-recordings")
        self.assertEqual((outcome.code, self.local()), (1, [NAME]))


class Check(UploadCase):
    def check(self) -> tuple[int, str]:
        outcome = self.recorder.run("check-recordings")
        return outcome.code, outcome.text

    def test_writes_reads_back_and_deletes_a_file(self) -> None:
        code, text = self.check()
        self.assertEqual((code, self.recorder.at_target()), (0, {}))
        self.assertEqual([words[0] for words in self.rclone.ran], ["lsf", "copyto", "cat", "deletefile"])
        self.assertIn("a file was written, read back and deleted", text)

    def test_asks_no_target_for_local_recordings(self) -> None:
        self.recorder.write_settings("x", recordings="local", target={})
        self.assertEqual((self.check()[0], self.rclone.ran), (0, []))

    @each(
        (
            "InvalidAccessKeyId: \n\tstatus code: 403",
            "refuses the login with the access key key (recordingsS3AccessKey",
        ),
        ("SignatureDoesNotMatch: \n\tstatus code: 403", "refuses the login with the access key key"),
        ("NoSuchBucket: \n\tstatus code: 404", "has no bucket bucket (recordingsS3Bucket)"),
        ("AccessDenied: \n\tstatus code: 403", "does not allow the access key key to write"),
        ("dial tcp: lookup s3.example.test: no such host", "does not exist"),
        ("dial tcp 10.0.0.1:443: i/o timeout", "does not answer"),
        ("Get: stream error: stream ID 31; INTERNAL_ERROR; received from peer", "does not answer"),
        ("SlowDown: \n\tstatus code: 503, request id: , host id:", "does not answer: \tstatus code: 503"),
        ("x509: certificate signed by unknown authority", "has no certificate that this host trusts"),
        ("something new", "fails: something new"),
    )
    def test_names_the_key_and_the_value(self, error: str, words: str) -> None:
        self.rclone.errors[""] = error
        code, text = self.check()
        self.assertEqual(code, 1)
        self.assertIn(words, text)
        self.assertIn("pulumi", text)
        self.assertNotIn(SECRET, text)
