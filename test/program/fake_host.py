"""The web host's other programs, its lock files and its work side by side."""

from collections.abc import Callable, Sequence
from typing import Any

from jitsi_hetzner.bridge import Bridge
from jitsi_hetzner.commands import Ran
from jitsi_hetzner.locks import Purpose


class FakeCommands:
    """Only programs that a test has an answer for. Answers are found by the first words."""

    def __init__(self) -> None:
        self.ran: list[tuple[str, ...]] = []
        self.answers: dict[tuple[str, ...], Callable[[tuple[str, ...]], Ran] | Ran] = {
            ("systemctl", "is-system-running"): Ran(0, "running\n"),
        }

    def run(self, *words: str, seconds: float, stdin: str | None = None) -> Ran:
        self.ran.append(words)
        for length in range(len(words), 0, -1):
            answer = self.answers.get(words[:length])
            if answer is not None:
                return answer if isinstance(answer, Ran) else answer(words)
        raise AssertionError(f"nobody has an answer for {words} within {seconds} s")


class FakeLocks:
    """Free, unless a test says who has one. The real ones have tests with real processes (test_processes.py)."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, Purpose]] = []
        self.at_work: dict[str, Purpose] = {}
        # How often a rolling restart has taken over.
        self.restarts = 0
        # Meanwhile.
        self.on_take: Callable[[], None] = lambda: None

    def take_over(self, bridge: Bridge, purpose: Purpose, own: Purpose | None = None) -> bool:
        if own is not None and self.at_work.get(bridge.nickname) is own:
            return False
        self.taken.append((bridge.nickname, purpose))
        self.on_take()
        return True

    def take_over_restarts(self) -> None:
        self.restarts += 1


class OneAfterTheOther:
    """Work side by side, as far as its result goes."""

    def threads(self, tasks: Sequence[Callable[[], Any]]) -> list[Any]:
        return [task() for task in tasks]

    def processes(self, workers: Sequence[Callable[[], int]]) -> list[int]:
        return [worker() for worker in workers]
