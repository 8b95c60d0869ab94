"""Other programs of the host."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Ran:
    """How a program ended. A code of None: it is not there, or took too long, and `errors` says which."""

    code: int | None
    output: str = ""
    errors: str = ""


class Commands(Protocol):
    """Runs a program without a shell."""

    def run(self, *words: str, seconds: float, stdin: str | None = None) -> Ran:
        """Never raises: what a program says that is not there is part of the answer."""


class SystemCommands:
    """The host's own."""

    def run(self, *words: str, seconds: float, stdin: str | None = None) -> Ran:
        """In English. Without `stdin` there is no input."""
        # Takes 1 MB and 10 ms, which most steps do not need.
        import os
        import subprocess

        arguments: Sequence[str] = words
        try:
            done = subprocess.run(
                arguments,
                **({"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin}),
                capture_output=True,
                timeout=seconds,
                env={**os.environ, "LC_ALL": "C"},
                text=True,
                errors="replace",
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Ran(None, errors=f"{words[0]} does not end within {seconds:g} s")
        except OSError as problem:
            return Ran(None, errors=f"{words[0]}: {problem.strerror}")
        return Ran(done.returncode, done.stdout, done.stderr)
