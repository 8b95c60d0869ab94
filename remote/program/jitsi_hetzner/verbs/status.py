"""status: the bridges as this host knows them, and as jicofo and they themselves tell. Changes nothing."""

from argparse import ArgumentParser, Namespace
from dataclasses import dataclass

from ..bridge import Bridge
from ..decode import Address, Nickname, encode
from ..facts import WebFacts, read_facts
from ..failure import ExitCode, Failure
from ..host import Host
from ..policy_file import read_declared, read_declared_recorders
from ..registry import Registry
from ..status_table import report
from ..verb import Verb


@dataclass(frozen=True)
class BridgeAddress:
    """Where a bridge's REST API is."""

    nickname: Nickname
    address: Address


@dataclass(frozen=True)
class StatusInput:
    """The bridges that are asked for what they alone know."""

    bridges: tuple[BridgeAddress, ...]


def run(host: Host, given: StatusInput, _arguments: Namespace) -> WebFacts:
    """For a program, which knows the bridges itself."""
    bridges = [Bridge(one.nickname, one.nickname, one.address) for one in given.bridges]
    return read_facts(host, tuple(bridges))


def by_hand(host: Host, arguments: Namespace) -> int:
    """The bridges of the registry, beside the policy that the last `pulumi up` wrote."""
    entries = Registry(host.paths).entries()
    if not entries and not host.paths.policy.exists():
        raise Failure(
            f"this host has no bridges of a cluster: {host.paths.policy} is missing",
            "on the web host: jitsi-hetzner status; its address: pulumi stack output sshCommands",
            ExitCode.UNKNOWN,
        )
    facts = read_facts(host, tuple(entry.bridge for entry in entries))
    policy = host.paths.policy
    table = report(facts, entries, read_declared(policy), read_declared_recorders(policy))
    host.messages.result(encode(facts) if arguments.json else table.text)
    return table.code


def configure(parser: ArgumentParser) -> None:
    """Ways to ask."""
    parser.add_argument("--json", action="store_true", help="prints all of it as JSON")
    parser.add_argument("--stdin", action="store_true", help="takes the bridges from JSON on stdin, and prints JSON")


VERB = Verb(
    summary="shows the bridges and recorders beside what is declared",
    description="Exit codes: 0 they are as the last `pulumi up` declared them, 1 they are not, 2 nobody can tell.",
    takes=StatusInput,
    gives=WebFacts,
    run=run,
    configure=configure,
    is_by_hand=lambda arguments: not arguments.stdin,
    by_hand=by_hand,
)
