"""The program on the host that it is on: here, and nowhere else, its parts meet the host's own."""

import os
import sys
from pathlib import Path

from .cli import Program
from .clock import SystemClock
from .commands import SystemCommands
from .decode import LONGEST_INPUT
from .failure import ExitCode, Failure
from .host import Host
from .http_client import SocketHttp, is_listening
from .line_client import ask_for_lines
from .locks import HostLocks
from .messages import Messages, write_to
from .parallel import SystemParallel
from .places import Paths, Ports
from .signals import ignore_operator, install
from .waits import Waits
from .wire import SystemWire


def host_for(verb: str) -> Host:
    """The host that the program is on."""
    messages = Messages(verb, os.uname().nodename, os.getpid(), write_to(2), write_to(1))
    paths, clock = Paths(), SystemClock()
    return Host(
        messages=messages,
        clock=clock,
        http=SocketHttp(),
        connects=is_listening,
        lines=ask_for_lines,
        wire=SystemWire(),
        commands=SystemCommands(),
        locks=HostLocks(paths, clock, messages),
        parallel=SystemParallel(),
        ignore_operator=ignore_operator,
        paths=paths,
        ports=Ports(),
        waits=Waits(),
    )


def read_stdin() -> str:
    """No more than what is refused because of its length.

    Raises Failure at a terminal, where an operator would wait for an answer in vain.
    """
    if sys.stdin.isatty():
        raise Failure(
            "it takes JSON on stdin from a step of `pulumi up`, and stdin is a terminal. Nothing was done",
            "name a bridge, such as jvb-1, if the verb takes one: jitsi-hetzner VERB --help",
            ExitCode.REFUSED,
        )
    return sys.stdin.buffer.read(LONGEST_INPUT + 1).decode(errors="surrogateescape")


def main(folder: Path) -> int:
    """The exit code. `folder`: of this version of the program."""
    install()
    return Program(folder, host_for, read_stdin).run(sys.argv[1:])
