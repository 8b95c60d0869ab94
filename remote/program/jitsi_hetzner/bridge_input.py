"""A bridge in the JSON of a verb."""

from dataclasses import dataclass

from .bridge import Bridge
from .decode import Address, Name, Nickname


@dataclass(frozen=True)
class BridgeInput:
    """Which bridge a verb is about."""

    # For people: jvb-0.
    name: Name
    # MUC_NICKNAME of the bridge: jvb-<server id>.
    nickname: Nickname
    # The bridge's private address.
    address: Address

    @property
    def bridge(self) -> Bridge:
        """The bridge itself."""
        return Bridge(self.name, self.nickname, self.address)
