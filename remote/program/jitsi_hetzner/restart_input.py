"""The JSON of a rolling restart."""

from dataclasses import dataclass

from .bridge import Bridge
from .decode import Address, Name, Nickname, Version, Word


@dataclass(frozen=True)
class BridgeWithSettings:
    """A bridge, and the settings that it is to run with."""

    # For people: jvb-0.
    name: Name
    # MUC_NICKNAME of the bridge: jvb-<server id>.
    nickname: Nickname
    # The bridge's private address.
    address: Address
    # Of the settings that take effect only by a restart.
    settings_hash: Word
    # As of the program before, for the same settings.
    former_hash: Word

    @property
    def bridge(self) -> Bridge:
        """The bridge itself."""
        return Bridge(self.name, self.nickname, self.address)


@dataclass(frozen=True)
class RestartInput:
    """All declared bridges, in the order of their restarts."""

    bridges: tuple[BridgeWithSettings, ...]
    # Of the package jitsi-videobridge2, on all bridges.
    bridge_version: Version
