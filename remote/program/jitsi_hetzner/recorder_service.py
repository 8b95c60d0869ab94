"""A recorder in and out of service."""

from .bridge import Goal
from .failure import Failure
from .host import Host
from .http_client import HttpError
from .recorder import Recorder
from .recorder_answer import RecorderStatus
from .recorder_client import RecorderClient
from .recorder_registry import RecorderRegistry

ON_THE_RECORDER = "on the recorder: journalctl -u jibri -n 50; tail /var/log/jitsi/jibri/log.0.txt; then: pulumi up"


class RecorderService:
    """One recorder."""

    def __init__(self, host: Host, recorder: Recorder) -> None:
        self._host = host
        self.recorder = recorder
        self.client = RecorderClient(host, recorder)
        self.registry = RecorderRegistry(host.paths)
        self._problem = "it did not start in time"

    def put_into_service(self) -> None:
        """It takes recordings. One that runs goes on."""
        name = self.recorder.name
        # A host that reboots into another kernel may not answer yet.
        if not self._host.wait_for(self._host.waits.recorder_silent, f"the host of {name}", self._starts):
            raise Failure(f"{name} cannot be started through {self.client.place} ({self._problem})", ON_THE_RECORDER)
        if not self._host.wait_for(self._host.waits.recorder_start, f"{name} to start", self._works):
            raise Failure(f"{name} does not come into service: {self._problem}", ON_THE_RECORDER)
        self.registry.set_goal(self.recorder, Goal.SERVING)
        self._host.info(f"{name} is in service")

    def take_out_of_service(self, goal: Goal) -> None:
        """It takes no new recording; one that runs goes on, and then its program ends."""
        self.registry.set_goal(self.recorder, goal)
        try:
            self.client.shut_down()
        except HttpError as problem:
            raise Failure(
                f"{self.recorder.name} takes no graceful shutdown ({problem})",
                ON_THE_RECORDER,
            ) from None

    def serve_again(self) -> None:
        """What a step does at its end that gives up."""
        name = self.recorder.name
        try:
            self.client.start()
        except HttpError as problem:
            self._host.info(f"{name} is STILL out of service ({problem}): jitsi-hetzner recorder-serve {name}")
            return
        self.registry.set_goal(self.recorder, Goal.SERVING)
        self._host.info(f"{name} is back in service")

    def _starts(self) -> bool:
        try:
            self.client.start()
        except HttpError as problem:
            self._problem = str(problem)
            return False
        return True

    def _works(self) -> bool:
        try:
            self._problem = problem_of(self.client.status())
        except HttpError as problem:
            self._problem = str(problem)
        return self._problem == ""


def problem_of(status: RecorderStatus) -> str:
    """Why a recorder that is to be in service is not. Empty where it is."""
    if status.problem:
        return status.problem
    if status.disk_low:
        return f"its disk is nearly full ({gigabytes(status.disk_free_bytes)} left)"
    if not status.running:
        return "its program does not answer"
    return "" if status.healthy else "it is not healthy"


def gigabytes(count: int) -> str:
    """For messages."""
    return f"{count / 1e9:.1f} GB"
