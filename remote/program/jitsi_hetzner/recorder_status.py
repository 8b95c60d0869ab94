"""What a recorder's host tells about its recorder: the answer to `status` at its control port."""

from .host import Host
from .jibri import Busy, Jibri
from .recorder_answer import RecorderStatus
from .recorder_settings import LOCAL, RecorderSettings
from .recordings import RESERVE_BYTES, Recordings
from .timers import WATCH, timer_fault
from .upload_notes import UploadNotes

GIGABYTE = 1_000_000_000


def read_status(host: Host, settings: RecorderSettings) -> RecorderStatus:
    """As things are now."""
    jibri = Jibri(host)
    recordings = Recordings(host.paths.recordings)
    health = jibri.health()
    busy = Busy.UNKNOWN if health is None else health.busy
    free = recordings.free_bytes()
    is_low = free < RESERVE_BYTES or (host.paths.recorder_run / "disk-low").exists()
    is_local = settings.recordings == LOCAL
    # What jibri left behind when it ended waits too. The folder of the recording that runs does not yet.
    left_behind = [] if busy is Busy.BUSY else recordings.current()
    waiting = len(recordings.finished()) + len(left_behind)
    problem = ""
    if is_low:
        problem = (
            f"its disk has {free / GIGABYTE:.1f} GB left, and a recording needs {RESERVE_BYTES / GIGABYTE:.0f} GB: "
            "it is out of service until there is more"
        )
    elif (host.paths.recorder_run / "updating").exists():
        problem = "its packages are being upgraded; it comes back by itself"
    elif health is not None and not health.healthy:
        problem = (
            f"jibri is not healthy{': ' if health.detail else ''}{health.detail}; it is started again when it is idle"
        )
    elif health is not None and (unit := jibri.missing_display()):
        problem = (
            f"{unit} does not run, so recordings show a part of the meeting or nothing: journalctl -u {unit} -n 20"
        )
    elif health is None and host.paths.recorder_serving.exists():
        problem = "jibri does not answer: journalctl -u jibri -n 50; tail /var/log/jitsi/jibri/log.0.txt"
    elif host.paths.recorder_serving.exists() and (unit := jibri.missing_timer()):
        problem = f"{unit} does not run, so nobody looks after the recorder or its recordings"
    return RecorderStatus(
        nickname=settings.nickname,
        version=jibri.version(),
        running=health is not None,
        busy=busy.value,
        healthy=health is not None and health.healthy,
        disk_free_bytes=free,
        disk_low=is_low,
        uploads_waiting=0 if is_local else waiting,
        last_upload_error=""
        if is_local
        else UploadNotes(host.paths.uploads).last_error([one.name for one in recordings.finished()]),
        local_files=tuple(recordings.files()) if is_local else (),
        problem=problem,
        watch_fault=timer_fault(host, WATCH) if _has_watch(host) else "",
    )


def _has_watch(host: Host) -> bool:
    """An existing machine has none. That of the web host is told with the web host."""
    return (host.paths.units / WATCH).exists() and not host.paths.jicofo_settings.is_dir()
