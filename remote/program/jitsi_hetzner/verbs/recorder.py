"""recorder: the recorder of this host. The web host asks for it at the control port (jitsi-hetzner-recorder.socket)."""

from argparse import ArgumentParser, Namespace

from ..decode import encode
from ..failure import ExitCode
from ..files import remove, write_text
from ..host import Host
from ..jibri import Jibri
from ..keeper import Keeper
from ..recorder_settings import read_recorder
from ..recorder_status import read_status
from ..single_run import single_run
from ..verb import Verb

# The nickname is of another recorder: private addresses are given out again.
OTHER_RECORDER = 3
ACTIONS = ("status", "start", "shutdown", "keep")


def by_hand(host: Host, arguments: Namespace) -> int:
    """All actions."""
    settings = read_recorder(host.paths.recorder)
    if arguments.nickname not in (None, settings.nickname):
        host.info(f"the recorder of this host is {settings.nickname}, and not {arguments.nickname}. Nothing was done")
        return OTHER_RECORDER
    if arguments.action == "status":
        host.messages.result(encode(read_status(host, settings)))
    elif arguments.action == "start":
        start(host)
    elif arguments.action == "shutdown":
        shut_down(host)
    else:
        with single_run(host.paths.locks / "jitsi-hetzner-keep") as is_alone:
            if is_alone:
                Keeper(host, settings).keep()
    return ExitCode.DONE


def start(host: Host) -> None:
    """The recorder is to be in service from here on. Does not wait."""
    was_out = not host.paths.recorder_serving.exists()
    write_text(host.paths.recorder_serving, "in service\n")
    jibri = Jibri(host)
    if not jibri.is_active():
        jibri.start()
    elif was_out:
        # Takes a shutdown back that waits for the end of a recording: jibri ends then, and systemd starts it again.
        jibri.reload()


def shut_down(host: Host) -> None:
    """The recorder is out of service from here on, over reboots too. A recording goes on to its end. Does not wait."""
    remove(host.paths.recorder_serving)
    # One that does not answer just now is asked again by jitsi-hetzner-keep.
    Jibri(host).leave()


def configure(parser: ArgumentParser) -> None:
    """What is to be done."""
    parser.add_argument("action", choices=ACTIONS, help="what is to be done")
    parser.add_argument(
        "nickname", metavar="NICKNAME", nargs="?", help="nothing is done if the recorder is another one"
    )


VERB = Verb(
    summary="shows, starts, ends or looks after the recorder of this host",
    description="`status` prints one line of JSON. `start` and `shutdown` do not wait. `keep` is called every 20 "
    "seconds: it leaves the cluster while the disk is too full, starts an unhealthy jibri again, and upgrades the "
    "browser. A recording always goes on to its end.",
    configure=configure,
    is_by_hand=lambda arguments: True,
    by_hand=by_hand,
)
