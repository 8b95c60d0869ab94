"""Verbs as real processes: who ends whom, what signals mean, and locks that they share with the shell before."""

import fcntl
import os
import pty
import signal
import subprocess
import termios
import time
from typing import Any

from .build import SOURCE
from .case import Case, each
from .fake_bridge import FakeBridge
from .fake_cluster import former_values, given
from .real_cluster import PATIENCE_SECONDS, SPEED, RealCluster, Verb

# The lock of a step in shell, as the release before takes it. LOCK, PURPOSE.
SHELL_STEP = """
lock=$1 holder='' goal='' attempt=0 ended=''
has_lock() { [[ $1 =~ ^[0-9]+$ && $(readlink "/proc/$1/fd/9") == "$2" ]]; }
exec 9>>"$lock"
until flock -w 1 9; do
  read -r holder goal <"$lock" || true
  if has_lock "$holder" "$lock" && [[ $goal != restore && $holder != "$ended" ]]; then
    kill -HUP "$holder" 2>/dev/null || true
    ended=$holder
  fi
  ((++attempt < 60)) || exit 1
done
printf '%s %s\\n' "$BASHPID" "$2" >"$lock"
trap 'trap - EXIT; exit 129' HUP
echo "has the lock" >&2
while true; do sleep 0.1; done
"""


def read_until(descriptor: int, words: bytes) -> None:
    """Fails where the other side is closed before."""
    text = b""
    while words not in text:
        part = os.read(descriptor, 4096)
        if not part:
            raise AssertionError(text.decode())
        text += part


class ProcessCase(Case):
    def setUp(self) -> None:
        self.cluster = RealCluster()
        self.addCleanup(self.cluster.close)
        self.first, self.second = self.cluster.bridges
        self.cluster.set_policy(1800)

    def begin_drain(self, **options: Any) -> Verb:
        """One that waits for participants whom nobody can move."""
        self.cluster.participants.join(self.first, 3)
        self.second.draining = True
        drain = self.cluster.start("drain", self.service(), **options)
        drain.wait_until_it_says("participants left: 3")
        return drain

    def begin_drain_at_a_terminal(self) -> tuple[int, int]:
        """As an operator would. Its process id, and the other side of its terminal."""
        self.cluster.participants.join(self.first, 3)
        self.second.draining = True
        self.cluster.set_goal(self.first, "serving")
        child, terminal = pty.fork()
        if child == 0:
            command = [*self.cluster.command("drain"), "b0"]
            os.execv(command[0], command)
        read_until(terminal, b"participants left")
        return child, terminal

    def service(self, bridge: FakeBridge | None = None, *, draining: bool = False) -> dict[str, Any]:
        return {"bridge": given(bridge or self.first), "draining": draining}

    def policy(self, *, draining: bool = False) -> dict[str, Any]:
        bridge = {"name": self.first.name, "nickname": self.first.nickname, "draining": draining}
        return {
            "bridges": [bridge],
            "recorders": [],
            "drainTimeoutSeconds": 1800,
            "recordingDrainTimeoutSeconds": 10800,
            "media": [],
            "forceDrain": False,
        }

    def assert_back_in_service(self) -> None:
        self.assertEqual(self.first.asked, ["drain/enable", "drain/disable"])
        self.assertEqual(self.cluster.goals(), {"b0": "serving"})


class Signals(ProcessCase):
    @each((signal.SIGTERM,), (signal.SIGINT,))
    def test_an_operator_ends_a_drain_as_it_says_and_the_bridge_is_back_in_service(
        self, number: signal.Signals
    ) -> None:
        drain = self.begin_drain()
        drain.wait_until_it_says(f"drain: kill {drain.process.pid} on web ends this step; ")
        drain.process.send_signal(number)
        self.assertEqual(drain.code(), 1)
        self.assertIn("drain failed on web: a signal ended this step on the host\n  What to do: pulumi up", drain.text)
        self.assertIn("b0 is back in service", drain.text)
        self.assert_back_in_service()

    def test_a_second_signal_does_not_stop_what_puts_the_bridge_back(self) -> None:
        drain = self.begin_drain()
        for _ in range(5):
            drain.process.terminate()
            time.sleep(0.005)
        self.assertEqual(drain.code(), 1)
        self.assert_back_in_service()

    def test_a_session_that_is_gone_ends_a_drain_and_the_bridge_is_back_in_service(self) -> None:
        read, write = os.pipe()
        self.cluster.participants.join(self.first, 3)
        self.second.draining = True
        command = self.cluster.command("drain")
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=write, stderr=write, text=True) as drain:
            os.close(write)
            assert drain.stdin is not None
            drain.stdin.write(f'{{"version": 1, "bridge": {_json(self.first)}, "draining": false}}')
            drain.stdin.close()
            read_until(read, b"participants left")
            os.close(read)
            self.assertEqual(drain.wait(PATIENCE_SECONDS), 141)
        self.assert_back_in_service()

    def test_a_terminal_that_is_closed_ends_an_operators_drain_and_the_bridge_is_back_in_service(self) -> None:
        child, terminal = self.begin_drain_at_a_terminal()
        os.close(terminal)
        _, status = os.waitpid(child, 0)
        self.assertEqual(os.waitstatus_to_exitcode(status), 1)
        self.assert_back_in_service()

    def test_a_verb_without_a_bridge_does_not_wait_for_json_from_a_terminal(self) -> None:
        other, terminal = pty.openpty()
        self.addCleanup(os.close, other)
        command = self.cluster.command("drain")
        ran = subprocess.run(
            command, stdin=terminal, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
        )
        os.close(terminal)
        self.assertEqual((ran.returncode, ran.stdout), (65, ""))
        self.assertIn("stdin is a terminal. Nothing was done\n  What to do: name a bridge, such as jvb-1", ran.stderr)

    def test_ctrl_c_in_a_terminal_ends_an_operators_drain_with_what_to_do(self) -> None:
        child, terminal = self.begin_drain_at_a_terminal()
        os.write(terminal, termios.tcgetattr(terminal)[6][termios.VINTR])
        read_until(terminal, b"What to do: pulumi up")
        _, status = os.waitpid(child, 0)
        os.close(terminal)
        self.assertEqual(os.waitstatus_to_exitcode(status), 1)
        self.assert_back_in_service()


class TakeOver(ProcessCase):
    def test_a_drain_that_was_interrupted_is_ended_and_leaves_the_bridge_to_the_new_one(self) -> None:
        interrupted = self.begin_drain()
        self.cluster.leave(self.first)
        interrupted.process.send_signal(signal.SIGSTOP)
        following = self.cluster.start("drain", self.service())
        following.wait_until_it_says(f"ending a step on b0 that was interrupted (process {interrupted.process.pid})")
        time.sleep(6 / SPEED)
        self.assertEqual(following.text.count("ending a step"), 1)
        interrupted.process.send_signal(signal.SIGCONT)
        self.assertEqual((interrupted.code(), following.code()), (129, 0), following.text)
        self.assertEqual(self.first.asked, ["drain/enable", "drain/enable", "shutdown true"])
        self.assertNotIn("back in service", interrupted.text)

    def test_a_policy_ends_a_drain_that_still_runs_on_a_bridge_that_is_declared_again(self) -> None:
        drain = self.begin_drain()
        policy = self.cluster.start("policy", self.policy())
        self.assertEqual((policy.code(), drain.code()), (0, 129), policy.text)
        self.assertEqual((self.first.draining, self.cluster.goals()), (False, {"b0": "serving"}))

    def test_a_policy_does_not_end_the_bridges_own_step_which_begins_in_the_same_moment(self) -> None:
        self.cluster.set_goal(self.first, "serving")
        self.cluster.participants.join(self.first, 3)
        self.second.draining = True
        policy = self.cluster.start("policy", self.policy(draining=True), pause_after="putting it right")
        policy.wait_until_it_says("putting it right")
        own = self.cluster.start("serve", self.service(draining=True))
        self.assertEqual(policy.code(), 0)
        self.cluster.leave(self.first)
        self.assertEqual(own.code(), 0, own.text)
        self.assertEqual((self.first.draining, self.cluster.goals()), (True, {"b0": "drained"}))
        self.assertNotIn("interrupted", own.text)

    def test_a_policy_leaves_the_work_to_the_bridges_own_step_that_is_at_work(self) -> None:
        self.cluster.set_goal(self.first, "leaving")
        self.cluster.participants.join(self.first, 3)
        self.second.draining = True
        own = self.cluster.start("serve", self.service(draining=True))
        own.wait_until_it_says("participants left: 3")
        self.cluster.set_goal(self.first, "leaving")
        self.assertEqual(self.cluster.start("policy", self.policy(draining=True)).code(), 0)
        self.assertIsNone(own.process.poll())
        self.cluster.leave(self.first)
        self.assertEqual(own.code(), 0)

    def test_the_one_that_is_restored_alone_ends_where_a_later_step_takes_it_over(self) -> None:
        for bridge in self.cluster.bridges:
            self.cluster.set_goal(bridge, "leaving")
            bridge.draining = True
        declared = [{"name": one.name, "nickname": one.nickname, "draining": False} for one in self.cluster.bridges]
        fields = {**self.policy(), "bridges": declared}
        self.assertEqual(self.cluster.start("policy", fields).code(), 0)
        self.assertEqual(self.cluster.goals(), {"b0": "serving", "b1": "serving"})

    def test_no_other_program_is_ended_whose_number_the_lock_has_by_chance(self) -> None:
        innocent = subprocess.Popen(["sleep", "600"])
        self.addCleanup(innocent.wait)
        self.addCleanup(innocent.kill)
        lock = self.cluster.lock_of(self.first)
        lock.write_text(f"{innocent.pid} leaving\n")
        with lock.open("a") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            drain = self.cluster.start("drain", self.service())
            time.sleep(0.3)
        self.assertEqual(drain.code(), 0)
        self.assertIsNone(innocent.poll())

    def test_a_lock_that_is_never_free_ends_a_step_with_what_to_do(self) -> None:
        with self.cluster.lock_of(self.first).open("a") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            drain = self.cluster.start("drain", self.service())
            self.assertEqual(drain.code(), 1)
        self.assertIn("another step is at work on b0 (process unknown)", drain.text)
        self.assertEqual(self.first.asked, [])


class RollingRestarts(ProcessCase):
    def setUp(self) -> None:
        super().setUp()
        for bridge, bridge_host in zip(self.cluster.bridges, self.cluster.bridge_hosts, strict=True):
            self.cluster.set_goal(bridge, "serving")
            self.cluster.note(bridge, "old 7")
            bridge_host.written = "new"

    def begin_restart(self) -> Verb:
        """One that waits for participants whom nobody can move."""
        self.cluster.participants.join(self.first, 3)
        self.second.draining = True
        restart = self.cluster.start("restart", self.settings())
        restart.wait_until_it_says("participants left: 3")
        return restart

    def settings(self) -> dict[str, Any]:
        hashes = {"settingsHash": "new", "formerHash": "former"}
        bridges = [{**given(bridge), **hashes} for bridge in self.cluster.bridges]
        return {"bridges": bridges, "bridgeVersion": "2.3-307"}

    def running(self) -> list[str]:
        return [one.running for one in self.cluster.bridge_hosts]

    def test_restart_every_bridge_over_real_connections_and_show_what_the_bridges_say(self) -> None:
        restart = self.cluster.start("restart", self.settings())
        self.assertEqual(restart.code(), 0, restart.text)
        self.assertEqual((self.running(), self.cluster.goals()), (["new", "new"], {"b0": "serving", "b1": "serving"}))
        self.assertIn("jvb/apply: b0 has joined the brewery\n", restart.text)

    def test_one_that_was_interrupted_is_ended_and_the_new_one_goes_on_with_its_bridge(self) -> None:
        interrupted = self.begin_restart()
        following = self.cluster.start("restart", self.settings())
        process = interrupted.process.pid
        following.wait_until_it_says(f"ending a rolling restart that was interrupted (process {process})")
        self.assertEqual(interrupted.code(), 129)
        self.assertNotIn("back in service", interrupted.text)
        self.second.draining = False
        self.cluster.leave(self.first)
        self.assertEqual(following.code(), 0, following.text)
        self.assertEqual((self.running(), self.cluster.goals()), (["new", "new"], {"b0": "serving", "b1": "serving"}))

    def test_one_that_an_operator_ends_puts_its_bridge_back_and_begins_no_other(self) -> None:
        restart = self.begin_restart()
        restart.process.terminate()
        self.assertEqual(restart.code(), 1)
        self.assertIn("b0 is back in service", restart.text)
        self.assertEqual((self.running(), self.cluster.goals()), (["old", "old"], {"b0": "serving", "b1": "serving"}))

    def test_the_removal_of_the_bridge_ends_one_that_was_interrupted(self) -> None:
        restart = self.begin_restart()
        drain = self.cluster.start("drain", self.service())
        drain.wait_until_it_says("ending a step on b0 that was interrupted")
        self.cluster.leave(self.first)
        self.assertEqual((drain.code(), restart.code()), (0, 129), drain.text)
        self.assertEqual(self.running(), ["old", "old"])


class ShellBefore(ProcessCase):
    """Steps of the release before, and steps of this one on the same host."""

    def start_in_shell(self, purpose: str) -> Verb:
        words = ["bash", "-c", SHELL_STEP, "step", str(self.cluster.lock_of(self.first)), purpose]
        process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return Verb(process)

    def test_a_drain_in_shell_that_was_interrupted_is_ended_by_a_verb(self) -> None:
        before = self.start_in_shell("leaving")
        before.wait_until_it_says("has the lock")
        drain = self.cluster.start("drain", self.service())
        self.assertEqual((drain.code(), before.code()), (0, 129), drain.text)

    def test_a_restart_in_shell_that_was_interrupted_is_ended_by_a_rolling_restart(self) -> None:
        before = self.start_in_shell("out")
        before.wait_until_it_says("has the lock")
        self.cluster.set_goal(self.first, "out")
        self.cluster.bridge_hosts[0].written = "new"
        bridge = {**given(self.first), "settingsHash": "new", "formerHash": "former"}
        restart = self.cluster.start("restart", {"bridges": [bridge], "bridgeVersion": "2.3-307"})
        self.assertEqual((restart.code(), before.code()), (0, 129), restart.text)
        self.assertEqual(self.cluster.goals(), {"b0": "serving"})

    def test_a_restore_in_shell_is_waited_for(self) -> None:
        before = self.start_in_shell("restore")
        before.wait_until_it_says("has the lock")
        drain = self.cluster.start("drain", self.service())
        time.sleep(0.5)
        self.assertIsNone(before.process.poll())
        before.process.kill()
        self.assertEqual(drain.code(), 0, drain.text)

    def test_a_verb_that_was_interrupted_is_ended_by_a_step_in_shell(self) -> None:
        drain = self.begin_drain()
        following = self.start_in_shell("leaving")
        following.wait_until_it_says("has the lock")
        self.assertEqual(drain.code(), 129)
        self.assertNotIn("drain/disable", self.first.asked)

    def test_a_drain_of_a_state_of_before_is_the_drain_of_today(self) -> None:
        self.cluster.participants.join(self.first, 3)
        drain = self.cluster.start("web/drain", former_values(self.first), arguments=("drain",))
        self.assertEqual(drain.code(), 0, drain.text)
        self.assertIn("b0: jicofo moves participants to other bridges: 3", drain.text)
        self.assertEqual((self.cluster.goals(), self.first.runs), ({"b0": "left"}, False))

    def test_a_drain_of_a_state_of_before_is_taken_over_by_a_verb_as_any_other(self) -> None:
        self.cluster.participants.join(self.first, 3)
        self.second.draining = True
        before = self.cluster.start("web/drain", former_values(self.first), arguments=("drain",))
        before.wait_until_it_says("participants left: 3")
        serve = self.cluster.start("serve", self.service())
        self.assertEqual((serve.code(), before.code()), (0, 129), serve.text)
        self.assertEqual((self.cluster.goals(), self.first.draining), ({"b0": "serving"}, False))


def _json(bridge: FakeBridge) -> str:
    return str(given(bridge)).replace("'", '"')


class Entry(Case):
    """The command itself, as the host has it."""

    def run_entry(self, *words: str, python: str | None = None) -> "subprocess.CompletedProcess[str]":
        entry = SOURCE / "jitsi-hetzner"
        environment = dict(os.environ) if python is None else {**os.environ, "JITSI_HETZNER_PYTHON": python}
        return subprocess.run(
            [entry, *words], capture_output=True, text=True, timeout=PATIENCE_SECONDS, env=environment, check=False
        )

    def test_says_what_to_do_where_python_was_removed(self) -> None:
        ran = self.run_entry("drain", python="/nowhere/python3")
        self.assertEqual((ran.returncode, ran.stdout), (78, ""))
        self.assertRegex(ran.stderr, r"^drain failed on \S+: /nowhere/python3 is missing, .* Nothing was done\n")
        self.assertIn("What to do: on this host: apt-get -c <(echo ", ran.stderr)
