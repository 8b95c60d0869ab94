"""What is said of the recordings of a recorder that leaves."""

from .failure import Failure
from .recorder import Recorder
from .recorder_answer import RecorderStatus

SHOWN_FILES = 5
KEEP_IT = "\n    or keep it: set jibriCount back, or take its number out of removedRecorders"
KEEP_MACHINE = "\n    or keep it: put it back into existingNodes"


def recordings_of(count: int) -> str:
    """A number of recordings."""
    return "1 recording" if count == 1 else f"{count} recordings"


def files_of(count: int) -> str:
    """A recording has several: its video, and what jibri tells of it."""
    return "1 file of recordings" if count == 1 else f"{count} files of recordings"


def upload_error(status: RecorderStatus) -> str:
    """The last one, in parentheses; empty if there was none."""
    return f" ({status.last_upload_error})" if status.last_upload_error else ""


def files_would_be_lost(recorder: Recorder, files: tuple[str, ...]) -> Failure:
    """With the server, or with the program's part of a machine."""
    more = f" and {len(files) - SHOWN_FILES} more" if files[SHOWN_FILES:] else ""
    shown = ", ".join(files[:SHOWN_FILES]) + more
    if recorder.is_forwarded:
        return Failure(
            f"{files_of(len(files))} on {recorder.name} would be lost: {shown}",
            "copy them (SSH: pulumi stack output sshCommands): SSH sudo tar -C /srv -c recordings | tar -x; then "
            f"delete them there (sudo jitsi-hetzner discard-recordings), then: pulumi up{KEEP_MACHINE}",
        )
    return Failure(
        f"{files_of(len(files))} on {recorder.name} would be lost with its server: {shown}",
        "copy them (pulumi stack output sshCommands has its address): scp -r root@ADDRESS:/srv/recordings .; then "
        f"delete them there (jitsi-hetzner discard-recordings), then: pulumi up{KEEP_IT}",
    )
