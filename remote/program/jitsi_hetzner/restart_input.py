"""The JSON of the two verbs around a bridge's restart."""

from dataclasses import dataclass

from .bridge_input import BridgeInput
from .decode import Word


@dataclass(frozen=True)
class RestartInput:
    """A bridge that restarts to take new settings."""

    bridge: BridgeInput
    # Of the settings that take effect only by a restart.
    settings_hash: Word
    # As of the program before, for the same settings.
    former_hash: Word
