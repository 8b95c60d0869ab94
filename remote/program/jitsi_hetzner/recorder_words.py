"""What is said of the recordings of a recorder that leaves."""

from .failure import Failure
from .recorder import Recorder
from .recorder_answer import RecorderStatus

SHOWN_FILES = 5


def keep_it(recorder: Recorder) -> str:
    """What an operator sets to keep it, as the last line of what to do."""
    how = "set jibriCount back, or take its number out of removedRecorders"
    if recorder.is_local:
        how = "pulumi config set localRecorder true"
    elif recorder.is_forwarded:
        how = "put it back into existingNodes"
    return f"\n    or keep it: {how}"


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
            f"delete them there (sudo jitsi-hetzner discard-recordings), then: pulumi up{keep_it(recorder)}",
        )
    return Failure(
        f"{files_of(len(files))} on {recorder.name} would be lost with its server: {shown}",
        "copy them (pulumi stack output sshCommands has its address): scp -r root@ADDRESS:/srv/recordings .; then "
        f"delete them there (jitsi-hetzner discard-recordings), then: pulumi up{keep_it(recorder)}",
    )
