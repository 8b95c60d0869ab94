"""names: waits until the names of the web host lead to it. Never fails for what the DNS says."""

from argparse import Namespace
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from ..certificate_input import Ip, WantedName
from ..decode import Number
from ..dns import Dns
from ..host import Host
from ..names import Look, look
from ..packages import ensure_packages
from ..verb import Verb

LONGEST_WAIT_SECONDS = 86400


@dataclass(frozen=True)
class NamesInput:
    """What is waited for."""

    names: tuple[WantedName, ...]
    # The DNS server that is asked beside the zone's own. Null for that of the host.
    resolver: Ip | None
    # 0: looks once.
    timeout_seconds: Annotated[int, Number(0, LONGEST_WAIT_SECONDS)]


class Names:
    """One wait."""

    def __init__(self, host: Host, given: NamesInput) -> None:
        self._host = host
        self._given = given
        self._dns = Dns(host, given.resolver)
        self._looks: list[Look] = []

    def run(self) -> None:
        """Ends when all records are right, or the time is over."""
        ensure_packages(self._host, "bind9-dnsutils")
        seconds = self._given.timeout_seconds
        if self._host.wait_for(seconds, "the records of the web host's names", self._are_all_right):
            self._host.info(f"the records are right: {', '.join(one.name for one in self._given.names)}")
            return
        problems = [problem for one in self._looks for problem in one.problems]
        for problem in problems:
            self._host.info(f"WARNING: {problem}")
        self._host.info(
            f"{len(problems)} records were not right after {seconds} s. The cluster works without them, but its names "
            "do not lead to it. Correct them; the web host orders its certificate by itself then"
        )

    def _are_all_right(self) -> bool:
        self._looks = self._host.parallel.threads([partial(look, self._dns, one) for one in self._given.names])
        return not any(one.problems for one in self._looks)


def run(host: Host, given: NamesInput, _arguments: Namespace) -> None:
    """As a step."""
    Names(host, given).run()


VERB = Verb(
    summary="waits until the names of the web host lead to it",
    description="Asks the servers of their zones, and the resolver.",
    takes=NamesInput,
    run=run,
)
