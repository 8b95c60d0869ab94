"""serve: a bridge enters the cluster."""

from argparse import Namespace

from ..bridge import Bridge, Goal
from ..by_hand import bridge_argument, for_known_bridge, has_bridge
from ..emptying import Emptying, Outcome
from ..failure import Failure
from ..host import Host
from ..jicofo import Jicofo
from ..locks import Purpose
from ..service import Service
from ..service_input import ServiceInput
from ..verb import Verb


def serve(host: Host, bridge: Bridge) -> None:
    """The bridge takes participants."""
    host.locks.take_over(bridge, Purpose.SERVING)
    Service(host, bridge).put_into_service()


def empty_and_keep(host: Host, bridge: Bridge) -> None:
    """The bridge takes none, and stays.

    Nobody is ever cut off here: those who cannot be moved stay on it until they leave.
    """
    host.locks.take_over(bridge, Purpose.DRAINED)
    service = Service(host, bridge)
    emptying = Emptying(host, service.client, Jicofo(host))
    service.ensure_running()
    service.take_out_of_service(Goal.DRAINED)
    emptying.wait_until_jicofo_knows()
    outcome, name = emptying.wait(), bridge.name
    if outcome is Outcome.EMPTY:
        emptying.say_empty(" and it stays so")
    elif emptying.policy.is_forced or emptying.policy.timeout_seconds == 0:
        host.info(f"{name} takes no participants; those who are still on it: {emptying.count}")
    else:
        raise Failure(
            f"participants on {name} after {emptying.policy.timeout_seconds:g} s: {emptying.count}; it takes no new "
            "ones, and they may stay",
            "pulumi up waits for them again; with pulumi config set forceDrain true it does not",
        )


def run(host: Host, given: ServiceInput, _arguments: Namespace) -> None:
    """As a step."""
    (empty_and_keep if given.draining else serve)(host, given.bridge.bridge)


VERB = Verb(
    summary="puts a bridge into service",
    description="Starts the bridge where it does not run, lets it carry a first conference without participants, and "
    "switches its drain mode off. With `draining` in the JSON it is emptied instead, and stays.",
    takes=ServiceInput,
    run=run,
    configure=bridge_argument,
    is_by_hand=has_bridge,
    by_hand=for_known_bridge(serve),
)
