"""How a verb ends other than well, and the exit codes."""

from enum import IntEnum


class ExitCode(IntEnum):
    """0, 1 and 2 mean what they mean for every command of the project (docs/commands.md)."""

    DONE = 0
    NOT_DONE = 1
    # The verb could not begin, or nobody can tell.
    UNKNOWN = 2
    # There is no verb, as EX_USAGE of sysexits.h.
    NO_VERB = 64
    # The JSON is none that the verb takes, as EX_DATAERR of sysexits.h.
    REFUSED = 65
    # The program on the host and the step do not fit together. EX_CONFIG of sysexits.h.
    MISFIT = 78
    # 128 + SIGHUP: a later step has taken the bridge over.
    TAKEN_OVER = 129
    # 128 + SIGPIPE: the session that started the verb is gone.
    NOBODY_LISTENS = 141


class Failure(Exception):
    """The problem, and the command that repairs it. Nothing else is shown to the operator."""

    def __init__(self, problem: str, repair: str, code: ExitCode = ExitCode.NOT_DONE) -> None:
        super().__init__(problem)
        self.problem = problem
        self.repair = repair
        self.code = code


class EndedBySignal(BaseException):
    """The operator ended the verb. No `Exception`, so that no handler of errors keeps it."""


class NobodyListens(BaseException):
    """A message could not be written, because the session is gone."""
