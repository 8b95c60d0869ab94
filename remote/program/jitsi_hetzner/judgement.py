"""Whether a bridge lives: by its own REST API, and where that is silent, by jicofo."""

from .bridge import Bridge, State
from .bridge_client import BridgeClient
from .host import Host
from .jicofo import Jicofo, Seen, Unknown

PAUSE_SECONDS = 5


def judge(host: Host, client: BridgeClient, jicofo: Jicofo) -> State | Unknown:
    """Both get time to be clear.

    A bridge that is unplugged stays in jicofo's list for a while, and a jicofo that has just started has no list yet.
    """
    start = host.clock.now()
    while True:
        problem = client.problem()
        if problem is None:
            return State.ALIVE
        seen = jicofo.view(client.bridge)
        passed = host.clock.now() - start
        if seen is Seen.GONE and passed >= host.waits.silent and not _is_cut_off(host, client.bridge):
            return State.GONE
        if seen is Seen.DEAD and passed >= host.waits.silent:
            return State.DEAD
        if passed >= host.waits.judge:
            if isinstance(seen, Unknown):
                return seen
            return _no_forward(client.bridge) if seen is Seen.GONE else _contradiction(client, problem)
        host.clock.sleep(PAUSE_SECONDS)


def _is_cut_off(host: Host, bridge: Bridge) -> bool:
    """Whether the way to the bridge is missing, so that its silence means nothing.

    ssh listens for the forward only while its connection stands.
    """
    return bridge.is_forwarded and not host.connects(bridge.address, host.ports.bridge_rest)


def _no_forward(bridge: Bridge) -> Unknown:
    return Unknown(
        f"jicofo does not list {bridge.name}, and the forward to its machine is down, so nobody can tell whether it "
        f"still runs (on the web host: systemctl status jitsi-hetzner-forward@{bridge.nickname})"
    )


def _contradiction(client: BridgeClient, problem: str) -> Unknown:
    name = client.bridge.name
    return Unknown(f"jicofo finds {name} operational, so participants may be on it, but its REST API fails: {problem}")
