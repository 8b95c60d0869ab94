"""Files, messages and waits."""

import os
from pathlib import Path

from jitsi_hetzner.commands import Ran, SystemCommands
from jitsi_hetzner.failure import Failure, NobodyListens
from jitsi_hetzner.files import last_lines, write_text
from jitsi_hetzner.guard import guarded
from jitsi_hetzner.messages import Messages
from jitsi_hetzner.parallel import SystemParallel

from .build import temporary
from .case import Case, each
from .fake_cluster import PID, FakeCluster
from .probe import Probe


class FilesCase(Case):
    def setUp(self) -> None:
        folder = temporary()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.file = self.folder / "sub" / "file"


class WriteText(FilesCase):
    def test_writes_a_new_file_with_its_mode_in_a_folder_that_it_makes(self) -> None:
        self.assertTrue(write_text(self.file, "text"))
        self.assertEqual((self.file.read_text(), self.file.stat().st_mode & 0o777), ("text", 0o644))
        self.assertEqual([one.name for one in self.file.parent.iterdir()], ["file"])

    def test_leaves_the_mode_of_a_folder_that_is_there(self) -> None:
        self.file.parent.mkdir(mode=0o750)
        write_text(self.file, "text")
        self.assertEqual(self.file.parent.stat().st_mode & 0o777, 0o750)

    def test_leaves_a_file_with_the_same_content_alone_and_says_so(self) -> None:
        write_text(self.file, "text")
        before = self.file.stat().st_ino
        self.assertFalse(write_text(self.file, "text"))
        self.assertEqual(self.file.stat().st_ino, before)

    def test_sees_a_difference_in_the_last_lines_end(self) -> None:
        write_text(self.file, "text")
        self.assertTrue(write_text(self.file, "text\n"))
        self.assertEqual(self.file.read_text(), "text\n")

    def test_has_its_mode_whatever_the_umask_is(self) -> None:
        before = os.umask(0o077)
        self.addCleanup(os.umask, before)
        write_text(self.file, "text")
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o644)

    def test_leaves_the_old_content_and_nothing_else_where_it_fails(self) -> None:
        write_text(self.file, "text")
        unfinished = self.file.with_name(f"file.{os.getpid()}")
        unfinished.mkdir()
        with self.assertRaises(Failure) as raised:
            write_text(self.file, "other")
        self.assertEqual(self.file.read_text(), "text")
        self.assertIn(f"cannot write {self.file}: ", raised.exception.problem)
        self.assertIn("df -h", raised.exception.repair)


class LastLines(FilesCase):
    def log(self, text: str) -> Path:
        log = self.folder / "log"
        log.write_text(text)
        return log

    def test_are_the_end_of_a_log_marked_as_such(self) -> None:
        log = self.log("one\ntwo\nthree\n")
        self.assertEqual(last_lines(log, 2), f"--- last lines of {log}\ntwo\nthree\n---\n")

    def test_say_that_there_is_none(self) -> None:
        self.assertIn("(no such file or directory)", last_lines(self.folder / "none"))

    def test_show_a_line_once_that_comes_again_and_again(self) -> None:
        log = self.log("begin\n" + "waiting\n" * 50 + "end")
        self.assertIn("begin\nwaiting\nend\n---", last_lines(log, 3))


class HostCase(Case):
    def setUp(self) -> None:
        self.cluster = FakeCluster()
        self.addCleanup(self.cluster.close)
        self.probe = Probe(self.cluster)
        self.host = self.probe.host


class WaitFor(HostCase):
    def test_answers_as_soon_as_the_condition_is_true(self) -> None:
        self.assertTrue(self.host.wait_for(5, "it", lambda: True))
        self.assertEqual((self.probe.text, self.cluster.clock.now()), ("", 0))

    def test_gives_up_when_the_time_is_over(self) -> None:
        self.assertFalse(self.host.wait_for(3, "it", lambda: False))
        self.assertEqual(self.cluster.clock.now(), 3)

    def test_says_at_once_and_in_each_line_how_to_end_a_wait_of_more_than_60_s(self) -> None:
        self.host.wait_for(61, "it", lambda: False)
        beginning = f"probe: kill {PID} on web ends this step; still waiting for it"
        lines = [f"{beginning} ({second} of 61 s)\n" for second in (0, 15, 30, 45, 60)]
        self.assertEqual(self.probe.text, "".join(lines))

    def test_says_how_to_end_no_shorter_one_and_speaks_every_15_s(self) -> None:
        self.host.wait_for(60, "it", lambda: False)
        lines = [f"probe: still waiting for it ({second} of 60 s)\n" for second in (15, 30, 45)]
        self.assertEqual(self.probe.text, "".join(lines))


class Failures(HostCase):
    """What a failure looks like."""

    def ended(self, problem: BaseException) -> tuple[int, str]:
        def task() -> None:
            raise problem

        return guarded(self.host, task)(), self.probe.text

    def test_has_the_problem_the_host_and_what_to_do(self) -> None:
        code, text = self.ended(Failure("broken", "repair it"))
        self.assertEqual((code, text), (1, "probe failed on web: broken\n  What to do: repair it\n"))

    def test_says_that_the_host_goes_off_where_it_does(self) -> None:
        self.cluster.commands.answers[("systemctl", "is-system-running")] = Ran(1, "stopping\n")
        _, text = self.ended(Failure("broken", "repair it"))
        self.assertRegex(text, r": broken\n  What to do: the host reboots or goes off .*: pulumi up\n$")

    def test_shows_where_an_error_was_that_the_program_does_not_expect(self) -> None:
        code, text = self.ended(KeyError("x"))
        self.assertEqual(code, 1)
        self.assertRegex(text, r"(?s)Traceback.*raise problem.*probe failed on web: an error .*: KeyError: 'x'\n")


class Silence(Case):
    """A session that is gone."""

    def messages(self) -> Messages:
        def write(_text: str) -> None:
            raise BrokenPipeError

        return Messages("probe", "web", PID, write, write)

    def test_is_noticed_once_so_that_what_is_undone_afterwards_goes_on(self) -> None:
        messages = self.messages()
        with self.assertRaises(NobodyListens):
            messages.info("x")
        messages.info("y")

    def test_is_noticed_by_a_result_that_nobody_takes(self) -> None:
        with self.assertRaises(NobodyListens):
            self.messages().result("x")

    def test_is_not_noticed_any_more_where_something_is_undone(self) -> None:
        messages = self.messages()
        messages.need_nobody()
        messages.info("x")


class SideBySide(Case):
    def test_threads_answer_in_the_order_of_the_tasks(self) -> None:
        tasks = [lambda: 1, lambda: 2, lambda: 3]
        self.assertEqual(SystemParallel().threads(tasks), [1, 2, 3])

    def test_a_threads_failure_is_raised(self) -> None:
        def fail() -> int:
            raise Failure("broken", "repair it")

        with self.assertRaises(Failure):
            SystemParallel().threads([lambda: 1, fail])

    def test_processes_answer_with_their_exit_codes(self) -> None:
        self.assertEqual(SystemParallel().processes([lambda: 0, lambda: 78, lambda: 1]), [0, 78, 1])


class Commands(Case):
    @each(
        (("sh", "-c", "echo out; echo err >&2; exit 3"), Ran(3, "out\n", "err\n")),
        (("sh", "-c", "printf '\\377'"), Ran(0, "\ufffd")),
        (("nowhere-at-all",), Ran(None, errors="nowhere-at-all: No such file or directory")),
        (("sleep", "10"), Ran(None, errors="sleep does not end within 0.2 s")),
    )
    def test_what_a_program_says_and_that_it_is_not_there_or_hangs(self, words: tuple[str, ...], ran: Ran) -> None:
        self.assertEqual(SystemCommands().run(*words, seconds=0.2 if words[0] == "sleep" else 10), ran)
