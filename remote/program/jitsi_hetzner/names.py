"""Whether names point to this host, and whether a certificate may be issued for them."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass

from .certificate_input import WantedName
from .dns import Answer, Dns, climb

ISSUE = re.compile(r'^\d+\s+issue\s+"?\s*([^";\s]*)', re.IGNORECASE)
RESOLVER = "the resolver"


@dataclass(frozen=True)
class Look:
    """What the DNS says of a name."""

    name: str
    # What is not as it should be, each a sentence without a full stop.
    problems: tuple[str, ...]
    # Whether an ACME server would find this host: no wrong address, and at least one right one.
    leads_here: bool
    # Whether servers did not say what records there are, and nothing is known to be wrong.
    is_unknown: bool = False


# Of several servers, the first of these counts.
WORST_FIRST = ("wrong", "missing", "unknown", "right")


def look(dns: Dns, wanted: WantedName, servers: Sequence[str] | None = None) -> Look:
    """Asks the zone's servers, or those that are given, and the resolver."""
    servers = dns.servers(wanted.name) if servers is None else servers
    problems: list[str] = []
    # Of each kind, whether it is right, wrong, missing or unknown.
    found: list[str] = []
    for kind, address in (("A", wanted.ipv4), ("AAAA", wanted.ipv6)):
        answers = _answers(dns, servers, wanted.name, kind)
        states = {who: _state(answer, address) for who, answer in answers.items()}
        problems += _problems(wanted.name, kind, address, answers, states)
        own = [state for who, state in states.items() if who != RESOLVER] or list(states.values())
        found.append(min(own, key=WORST_FIRST.index))
    is_unknown = "unknown" in found and not {"wrong", "missing"} & {*found}
    leads_here = "wrong" not in found and "right" in found
    return Look(wanted.name, tuple(problems), leads_here, is_unknown)


def records_repair(name: str) -> str:
    """What to do about a name that does not lead here."""
    return f"correct the records of {name} (with dnsZone: pulumi refresh, then pulumi up)"


def _answers(dns: Dns, servers: Sequence[str], name: str, kind: str) -> dict[str, Answer]:
    """By who answered. Servers that are silent count only where all are."""
    resolver = dns.ask(name, kind)
    asked = {server: dns.ask(name, kind, server) for server in servers}
    # The target of an alias can be in another zone, which only the resolver knows.
    own = {server: resolver if answer.is_alias and not answer.values else answer for server, answer in asked.items()}
    heard = {who: answer for who, answer in {**own, RESOLVER: resolver}.items() if answer.status}
    return heard or {RESOLVER: resolver}


def _state(answer: Answer, address: str) -> str:
    if not answer.values:
        return "missing" if answer.is_known else "unknown"
    return "right" if set(map(_plain, answer.values)) == {_plain(address)} else "wrong"


def _problems(name: str, kind: str, address: str, answers: dict[str, Answer], states: dict[str, str]) -> list[str]:
    """One for all who say the same."""
    said: dict[str, list[str]] = {}
    for who, answer in answers.items():
        if states[who] == "wrong":
            said.setdefault(f"is {', '.join(answer.values)}, but must be {address} alone", []).append(who)
        elif states[who] != "right":
            what = "is missing" if states[who] == "missing" else "cannot be looked up"
            said.setdefault(f"{what} ({answer.in_words}); it must be {address}", []).append(who)
    return [f"{kind} {name} {what} (asked: {', '.join(who)})" for what, who in said.items()]


def _plain(address: str) -> str:
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return address


def caa_problem(dns: Dns, name: str, issuers: Sequence[str]) -> str | None:
    """Why the issuer may not issue for the name, by CAA records (RFC 8659)."""
    for zone in climb(name):
        answer = dns.ask(zone, "CAA")
        if not answer.is_known:
            return f"the CAA records of {zone} cannot be read ({answer.in_words}), so the issuer refuses"
        if answer.values:
            allowed = [found[1].lower() for value in answer.values if (found := ISSUE.match(value))]
            if not allowed or any(issuer.lower() in allowed for issuer in issuers):
                return None
            return (
                f"the CAA records of {zone} allow {', '.join(filter(None, allowed)) or 'no issuer'}, "
                f"but not {' or '.join(issuers)}"
            )
    return None
