"""turn-server: the way to the bridges for participants whose network lets only TCP 443 out."""

from argparse import ArgumentParser, Namespace

from ..coturn import Coturn
from ..failure import ExitCode, Failure
from ..host import Host
from ..turn_input import TurnServerInput, save
from ..turn_server import expect_secret, settle
from ..verb import Verb

IN_USE = "participants still use the TURN server; it stops by itself when they have left"
STOP_UNIT = "jitsi-hetzner-turn-stop"


def run(host: Host, given: TurnServerInput, _arguments: Namespace) -> None:
    """As a step."""
    expect_secret(given)
    save(host.paths.turn_server, given)
    try:
        if given.wanted:
            Coturn(host, given).install()
        is_done = settle(host)
    except Failure as failure:
        # A step that fails would keep every bridge that is to be removed. `npm run status` goes on telling it.
        host.info(f"WARNING: {failure.problem}. What to do: {failure.repair}")
        return
    if not is_done:
        host.info(IN_USE)
        _stop_later(host)


def by_hand(host: Host, _arguments: Namespace) -> int:
    """With the settings of the last `pulumi up`."""
    if not settle(host):
        host.info(IN_USE)
        return ExitCode.NOT_DONE
    host.commands.run("systemctl", "stop", f"{STOP_UNIT}.timer", seconds=30)
    return ExitCode.DONE


def _stop_later(host: Host) -> None:
    """Looks every five minutes. A reboot stops coturn too, because it is disabled."""
    words = ("--quiet", "--collect", f"--unit={STOP_UNIT}", "--on-active=300", "--on-unit-inactive=300")
    command = ("/usr/local/sbin/jitsi-hetzner", "turn-server", "--apply")
    host.commands.run("systemd-run", *words, "--timer-property=AccuracySec=10", *command, seconds=30)


def configure(parser: ArgumentParser) -> None:
    """The way of an operator, and of a certificate that has arrived."""
    parser.add_argument(
        "--apply", action="store_true", help="looks at the certificate again, with the settings of the last `pulumi up`"
    )


VERB = Verb(
    summary="switches the TURN server on or off",
    description="It is on if the setting `turn` asks for it, and turn.DOMAIN has a certificate that browsers trust. "
    "Neither way cuts a meeting.",
    takes=TurnServerInput,
    run=run,
    configure=configure,
    is_by_hand=lambda arguments: arguments.apply,
    by_hand=by_hand,
)
