"""The participants, and what happens to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .fake_bridge import FakeBridge


@dataclass(eq=False)
class Person:
    """A participant. `placed`: where jicofo has them; `bridge`: which bridge carries their media."""

    placed: FakeBridge | None = None
    bridge: FakeBridge | None = None
    # How often they went to another bridge, were to go and came back to the same one, and lost their bridge.
    moved: int = 0
    stayed: int = 0
    cut: int = 0


class People:
    """All participants of a cluster."""

    def __init__(self) -> None:
        self.all: list[Person] = []
        # Of each that came to another bridge: for how long they heard nothing.
        self.silent_seconds: list[float] = []

    def join(self, bridge: FakeBridge, count: int) -> None:
        self.all += [Person(bridge, bridge) for _ in range(count)]

    def leave(self, bridge: FakeBridge) -> None:
        self.all = [person for person in self.all if person.placed is not bridge]

    def on(self, bridge: FakeBridge) -> list[Person]:
        return [person for person in self.all if person.bridge is bridge]

    def placed_on(self, bridge: FakeBridge) -> list[Person]:
        return [person for person in self.all if person.placed is bridge]

    @property
    def disturbances(self) -> tuple[int, int, int]:
        """moved, stayed, cut: each counts participants, once each time."""
        return (
            sum(person.moved for person in self.all),
            sum(person.stayed for person in self.all),
            sum(person.cut for person in self.all),
        )
