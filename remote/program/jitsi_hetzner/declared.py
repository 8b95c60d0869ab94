"""A declared bridge in the JSON of a verb."""

from dataclasses import dataclass

from .decode import Name, Nickname


@dataclass(frozen=True)
class DeclaredBridge:
    """A bridge that `pulumi up` answers for."""

    # For people: jvb-0.
    name: Name
    # Its MUC_NICKNAME and relay id: jvb-<server id>.
    nickname: Nickname
    # Whether it stays, but takes no participants (drainingBridges).
    draining: bool
