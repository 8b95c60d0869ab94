"""Questions to DNS servers, through `dig`."""

import re
from dataclasses import dataclass
from pathlib import Path

from .files import read_text
from .host import Host

# Two attempts of three seconds, and some for a busy host.
SECONDS = 15
OPTIONS = ("+noall", "+answer", "+comments", "+time=3", "+tries=2")
STATUS = re.compile(r"^;; ->>HEADER<<- .*status: ([A-Z]+)", re.MULTILINE)
RECORD = re.compile(r"^[^\s;]\S*\s+\d+\s+IN\s+([A-Z]+)\s+(.+)$", re.MULTILINE)
# Of the servers of a zone.
MOST_SERVERS = 4


@dataclass(frozen=True)
class Answer:
    """What a server said."""

    # NOERROR, NXDOMAIN, SERVFAIL ...; empty where it did not answer.
    status: str
    values: tuple[str, ...] = ()
    # Whether the name is another's (CNAME).
    is_alias: bool = False

    @property
    def is_known(self) -> bool:
        """Whether the server knows what records there are, or that there are none."""
        return self.status in ("NOERROR", "NXDOMAIN")

    @property
    def in_words(self) -> str:
        """For a message about a record that is missing."""
        if self.status == "":
            return "does not answer"
        return "has no such record" if self.status == "NOERROR" else f"answers {self.status}"


class Dns:
    """The DNS, as this host sees it."""

    def __init__(self, host: Host, resolver: str | None) -> None:
        self._commands = host.commands
        self._resolver = resolver or _upstream(host.paths.resolv)

    def ask(self, name: str, kind: str, server: str | None = None) -> Answer:
        """`server`: an authoritative one; by default the resolver is asked."""
        asked = server or self._resolver
        words = [*(() if asked is None else (f"@{asked}",)), *OPTIONS, *(() if server is None else ("+norecurse",))]
        # The name is quoted against one that begins with `-` or `@`.
        ran = self._commands.run("dig", *words, "-q", f"{name}.", "-t", kind, seconds=SECONDS)
        status = STATUS.search(ran.output)
        if ran.code != 0 or status is None:
            return Answer("")
        records = RECORD.findall(ran.output)
        values = tuple(sorted(value.strip() for found, value in records if found == kind))
        return Answer(status[1], values, any(found == "CNAME" for found, _ in records))

    def servers(self, name: str) -> tuple[str, ...]:
        """The authoritative servers of the zone that has the name. Empty where nobody knows them."""
        for zone in climb(name):
            found = self.ask(zone, "NS").values
            if found:
                return tuple(one.rstrip(".") for one in found[:MOST_SERVERS])
        return ()


def _upstream(path: Path) -> str | None:
    """The server that this host's own resolver asks.

    Not that resolver itself: systemd-resolved answers with the addresses of /etc/hosts, where the domain is 127.0.1.1.
    """
    found = re.search(r"^nameserver\s+(\S+)", read_text(path) or "", re.MULTILINE)
    return None if found is None else found[1]


def climb(name: str) -> list[str]:
    """The name, and all above it but the last label: a.example.org, example.org."""
    labels = name.split(".")
    return [".".join(labels[index:]) for index in range(len(labels) - 1)]
