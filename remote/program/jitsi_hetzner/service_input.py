"""The JSON of serve and of drain: they are create and delete of one step, which has one stdin."""

from dataclasses import dataclass

from .bridge_input import BridgeInput


@dataclass(frozen=True)
class ServiceInput:
    """A bridge that enters or leaves the cluster."""

    bridge: BridgeInput
    # For serve: whether the bridge is emptied and stays so. A drain does not look at it.
    draining: bool
