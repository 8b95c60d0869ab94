"""Work on several bridges side by side: one that is dead takes seconds, and must not hold up the others."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

Answer = TypeVar("Answer")
# Below the code of any exit, for a process that a signal ended.
Worker = Callable[[], int]


class Parallel(Protocol):
    """Both return when all have ended, with the answers in the order of the tasks."""

    def threads(self, tasks: Sequence[Callable[[], Answer]]) -> list[Answer]:
        """Raises the first task's exception, once all have ended."""

    def processes(self, workers: Sequence[Worker]) -> list[int]:
        """Exit codes. For work that holds a lock: a step that takes the bridge over ends that process alone."""


class SystemParallel:
    """Threads and processes of the host."""

    def threads(self, tasks: Sequence[Callable[[], Answer]]) -> list[Answer]:
        """See Parallel."""
        import threading

        answers: dict[int, Answer] = {}
        problems: dict[int, BaseException] = {}

        def run(index: int, task: Callable[[], Answer]) -> None:
            try:
                answers[index] = task()
            except BaseException as problem:
                problems[index] = problem

        # As daemons, they do not outlive a verb that a signal ends.
        running = [threading.Thread(target=run, args=(index, task), daemon=True) for index, task in enumerate(tasks)]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
        for index in sorted(problems):
            raise problems[index]
        return [answers[index] for index in range(len(tasks))]

    def processes(self, workers: Sequence[Worker]) -> list[int]:
        """See Parallel."""
        import os

        children = []
        for worker in workers:
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    code = worker()
                finally:
                    os._exit(code)
            children.append(child)
        return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
