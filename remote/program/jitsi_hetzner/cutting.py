"""Whether participants who are left at the end of the time may be cut off. Only the operator can want that."""

from .emptying import Emptying
from .failure import Failure
from .host import Host

REPAIR = "pulumi up at a quieter time, or with a longer drainTimeout; pulumi config set forceDrain true cuts them off"


def expect_cut_allowed(
    host: Host, emptying: Emptying, name: str, by: str, consequence: str, repair: str = REPAIR
) -> None:
    """Only goes on where the policy says so, and says how many are cut off: `by` ends that sentence."""
    seconds, left = f"{emptying.policy.timeout_seconds:g}", emptying.count
    if emptying.policy.timeout_seconds == 0:
        host.info(f"drainTimeout is 0: participants cut off {by}: {left}")
    elif emptying.policy.is_forced:
        host.info(f"forceDrain, after {seconds} s: participants cut off {by}: {left}")
    else:
        raise Failure(f"participants on {name} after {seconds} s: {left}; {consequence}", repair)
