"""Verbs that an operator calls on the web host, for a bridge by its name."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from .bridge import Bridge
from .failure import ExitCode, Failure
from .host import Host
from .registry import Entry, Registry


def bridge_argument(parser: ArgumentParser) -> None:
    """Optional: without it the verb takes its JSON from stdin."""
    parser.add_argument("bridge", metavar="BRIDGE", nargs="?", help="by hand: its name or its nickname, such as jvb-1")


def has_bridge(arguments: Namespace) -> bool:
    """Whether it is called by hand."""
    return arguments.bridge is not None


def for_known_bridge(run: Callable[[Host, Bridge], None]) -> Callable[[Host, Namespace], int]:
    """A verb by hand, for the bridge that was named."""

    def by_hand(host: Host, arguments: Namespace) -> int:
        run(host, find_entry(Registry(host.paths), arguments.bridge).bridge)
        return ExitCode.DONE

    return by_hand


def find_entry(registry: Registry, name: str, kind: str = "bridge") -> Entry:
    """By its nickname, or by its name where no other has it: during a replacement two have."""
    entries = registry.entries()
    found = [entry for entry in entries if name == entry.bridge.nickname]
    found = found or [entry for entry in entries if entry.bridge.name == name]
    if len(found) == 1:
        return found[0]
    if found:
        nicknames = ", ".join(entry.bridge.nickname for entry in found)
        raise Failure(f"{len(found)} {kind}s are called {name}", f"name one of: {nicknames}", ExitCode.UNKNOWN)
    known = ", ".join(f"{entry.bridge.name} ({entry.bridge.nickname})" for entry in entries)
    raise Failure(f"no {kind} is called {name}", f"name one of: {known or 'none is registered'}", ExitCode.UNKNOWN)
