"""The program on the host that it is on: here, and nowhere else, its parts meet the host's own."""

import os
import sys
from pathlib import Path

from .cli import Program
from .clock import SystemClock
from .commands import SystemCommands
from .host import Host
from .http_client import SocketHttp, is_listening
from .locks import HostLocks
from .messages import Messages, write_to
from .parallel import SystemParallel
from .places import Paths, Ports
from .signals import ignore_operator, install
from .waits import Waits


def host_for(verb: str) -> Host:
    """The web host."""
    messages = Messages(verb, os.uname().nodename, os.getpid(), write_to(2), write_to(1))
    paths, clock = Paths(), SystemClock()
    return Host(
        messages=messages,
        clock=clock,
        http=SocketHttp(),
        connects=is_listening,
        commands=SystemCommands(),
        locks=HostLocks(paths, clock, messages),
        parallel=SystemParallel(),
        ignore_operator=ignore_operator,
        paths=paths,
        ports=Ports(),
        waits=Waits(),
    )


def main(folder: Path) -> int:
    """The exit code. `folder`: of this version of the program."""
    install()
    return Program(folder, host_for, lambda: sys.stdin.read()).run(sys.argv[1:])
