"""From whatever ends a task to its last words and its exit code."""

from collections.abc import Callable

from .failure import EndedBySignal, ExitCode, Failure, NobodyListens
from .host import Host


def guarded(host: Host, task: Callable[[], None]) -> Callable[[], int]:
    """The task as one that raises nothing."""

    def run() -> int:
        try:
            task()
        except Failure as failure:
            return _failed(host, failure)
        except (EndedBySignal, KeyboardInterrupt):
            return _failed(host, Failure("a signal ended this step on the host", "pulumi up"))
        except NobodyListens:
            return ExitCode.NOBODY_LISTENS
        except Exception as problem:
            import traceback

            host.messages.need_nobody()
            host.messages.raw(traceback.format_exc())
            return _failed(
                host,
                Failure(
                    f"an error that the program does not expect: {type(problem).__name__}: {problem}",
                    "look at the lines above, repair, then: pulumi up",
                ),
            )
        return ExitCode.DONE

    return run


def _failed(host: Host, failure: Failure) -> int:
    ran = host.commands.run("systemctl", "is-system-running", seconds=5)
    host.messages.need_nobody()
    host.messages.failure(failure, is_host_stopping=ran.output.strip() == "stopping")
    return failure.code
