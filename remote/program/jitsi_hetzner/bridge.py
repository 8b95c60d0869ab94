"""A bridge, what it was last told to do, and what is certain of it."""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True)
class Bridge:
    """Which bridge a verb is about."""

    # For people: jvb-0.
    name: str
    # MUC_NICKNAME and relay id: jvb-<server id>.
    nickname: str
    # Of its REST API: in the private network, or at the end of a forward on the web host.
    address: str

    @property
    def is_local(self) -> bool:
        """Whether it runs on the web host itself."""
        return self.address == "127.0.0.1"

    @property
    def is_forwarded(self) -> bool:
        """Whether it is on an existing machine, whose ports the web host reaches by an SSH connection."""
        return self.address.startswith("127.80.")


class Goal(Enum):
    """A goal is written down before anything is done for it, so that a later step finds what a killed one began.

    Only SERVING is written down afterwards.
    """

    # It takes participants.
    SERVING = "serving"
    # It is declared, and is to be empty (drainingBridges).
    DRAINED = "drained"
    # It is no longer declared: it takes no participants, and goes when it is empty.
    LEAVING = "leaving"
    # It is empty and its program ends: the server may go.
    LEFT = "left"
    # It is out of service for a restart. The steps of that restart answer for it, and no other step.
    OUT = "out"


class State(Enum):
    """What is certain of a bridge."""

    # Its REST API answers.
    ALIVE = "alive"
    # Its REST API is silent, and jicofo does not list it.
    GONE = "gone"
    # Its REST API is silent, and jicofo finds it not operational.
    DEAD = "dead"
