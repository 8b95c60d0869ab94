"""What certbot says when it fails, in words for an operator."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from .x509 import day

RETRY_AFTER = re.compile(r"retry after (\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d+)?(?: ?UTC|Z)", re.IGNORECASE)
DETAIL = re.compile(r"^\s+Detail:\s*(.+)$", re.MULTILINE)
# certbot 2 with Python 3.11 says "AttributeError: can't set attribute" for all that the ACME server answers. The answer
# is in its log alone.
LOGGED = re.compile(r"^acme\.messages\.Error: (urn:ietf:params:acme:error:.+)$", re.MULTILINE)
UNEXPECTED = re.compile(r"An unexpected error occurred:\s*\n+(.+)")
LONGEST_CAUSE = 400


@dataclass(frozen=True)
class Trouble:
    """Why no certificate was issued."""

    cause: str
    repair: str
    # Whether the ACME server was asked for a certificate, which it counts.
    was_ordered: bool
    # Until when another order is refused, in seconds since 1970. None where nobody says.
    until: float | None = None


def trouble_of(said: str) -> Trouble:
    """Of what certbot printed and logged."""
    if (found := RETRY_AFTER.search(said)) is not None:
        until = datetime.fromisoformat(f"{found[1]}T{found[2]}+00:00").astimezone(UTC).timestamp()
        return Trouble(
            f"the ACME server refuses more orders until {day(until)} (rate limit): {_cause(said)}",
            f"nothing: this host tries again after {day(until)}",
            was_ordered=True,
            until=until,
        )
    if "No space left on device" in said:
        cause = "the disk of the web host is full, so no certificate could be stored"
        return Trouble(cause, "df -h; make room", was_ordered=True)
    return Trouble(
        f"the ACME server issues no certificate: {_cause(said)}{clock_hint(said)}",
        "see /var/log/letsencrypt/letsencrypt.log; port 80 must be open to the world",
        was_ordered=True,
    )


def _cause(said: str) -> str:
    """What the ACME server found, of all that certbot printed."""
    logged = [found.split(" :: ")[-1] for found in LOGGED.findall(said)]
    details = DETAIL.findall(said) or logged[-1:] or UNEXPECTED.findall(said)
    lines = [line for line in said.splitlines() if line.strip()]
    return one_line("; ".join(dict.fromkeys(details)) or (lines[-1] if lines else "certbot says nothing"))


def one_line(text: str) -> str:
    """Bounded, and without a full stop."""
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= LONGEST_CAUSE else f"{line[:LONGEST_CAUSE]}..."


def clock_hint(said: str) -> str:
    """A wrong clock shows as a certificate of the ACME server that is not valid."""
    if re.search("not yet valid|certificate has expired|certificate expired|badNonce.*clock", said, re.IGNORECASE):
        return " (is the clock of this host right? timedatectl)"
    return ""
