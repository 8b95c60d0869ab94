"""The program as a process on a host of the tests: program.process CONFIG VERB [ARGUMENTS]. See real_cluster.py."""

import json
import os
import sys
import time
from pathlib import Path

from jitsi_hetzner.cli import Program
from jitsi_hetzner.commands import Ran
from jitsi_hetzner.host import Host
from jitsi_hetzner.http_client import SocketHttp, is_listening
from jitsi_hetzner.line_client import ask_for_lines
from jitsi_hetzner.locks import HostLocks
from jitsi_hetzner.main import read_stdin
from jitsi_hetzner.messages import Messages, write_to
from jitsi_hetzner.parallel import SystemParallel
from jitsi_hetzner.places import Paths, Ports
from jitsi_hetzner.signals import ignore_operator, install
from jitsi_hetzner.waits import Waits
from program.fake_host import FakeCommands
from program.fake_wire import NoWire
from program.real_time import FastClock

config = json.loads(sys.argv[1])
root = Path(config["root"])


def write(text: str) -> None:
    write_to(2)(text)
    if config["pause_after"] and config["pause_after"] in text:
        time.sleep(1)


def host_of(verb: str) -> Host:
    messages = Messages(verb, "web", os.getpid(), write, write_to(1))
    paths = Paths(policy=root / "etc/policy.json", state=root / "lib", locks=root / "lock")
    clock = FastClock(config["speed"])
    commands = FakeCommands()
    commands.answers[("prosodyctl", "shell")] = Ran(0, "Result: logged in\n")
    return Host(
        messages=messages,
        clock=clock,
        http=SocketHttp(),
        connects=is_listening,
        lines=ask_for_lines,
        wire=NoWire(),
        commands=commands,
        locks=HostLocks(paths, clock, messages),
        parallel=SystemParallel(),
        ignore_operator=ignore_operator,
        paths=paths,
        ports=Ports(**config["ports"]),
        waits=Waits(),
    )


install()
sys.exit(Program(Path(config["folder"]), host_of, read_stdin).run(sys.argv[2:]))
