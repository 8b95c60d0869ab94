"""The occupant that a dead bridge leaves behind in jicofo's room."""

from .bridge import Bridge
from .host import Host
from .jicofo import Jicofo, Seen
from .prosody import Prosody
from .registry import Registry
from .turn_peers import Peers


def forget_occupant(host: Host, bridge: Bridge) -> None:
    """Closes the connection that a host that died could not close. The occupant is harmless, but counted."""
    # An address that has been given out again has another bridge's connection.
    if not bridge.is_local and not Registry(host.paths).others_at_address(bridge):
        for address in _xmpp_addresses(host, bridge):
            Prosody(host).close_connections_from(address)
    jicofo = Jicofo(host)
    if not host.wait_for(
        host.waits.forget,
        f"jicofo to forget {bridge.name}",
        lambda: jicofo.view(bridge) is Seen.GONE,
    ):
        host.info(f"{bridge.name} stays in jicofo's list, not operational, until prosody gives its connection up")


def _xmpp_addresses(host: Host, bridge: Bridge) -> tuple[str, ...]:
    """Where its connection to prosody comes from. An existing machine comes from its public address."""
    return Peers(host.paths).addresses_of(bridge.nickname) if bridge.is_forwarded else (bridge.address,)
