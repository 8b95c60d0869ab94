"""recorder-serve: a recorder enters the cluster, or stays out of service."""

from argparse import Namespace

from ..bridge import Goal
from ..failure import Failure
from ..host import Host
from ..http_client import HttpError
from ..locks import Purpose
from ..policy_file import read_recording_timeout
from ..recorder import Recorder, RecorderServiceInput
from ..recorder_by_hand import for_known_recorder, has_recorder, recorder_argument
from ..recorder_service import RecorderService
from ..verb import Verb


def serve(host: Host, recorder: Recorder) -> None:
    """The recorder takes recordings."""
    host.locks.take_over(recorder, Purpose.SERVING)
    RecorderService(host, recorder).put_into_service()


def keep_out(host: Host, recorder: Recorder) -> None:
    """The recorder takes none, and stays. A recording that runs is never cut off."""
    host.locks.take_over(recorder, Purpose.DRAINED)
    service = RecorderService(host, recorder)
    service.take_out_of_service(Goal.DRAINED)
    seconds = read_recording_timeout(host.paths.policy)
    name = recorder.name

    def is_down() -> bool:
        try:
            return not service.client.status().running
        except HttpError:
            return False

    if not host.wait_for(seconds, f"the recording on {name} to end", is_down):
        raise Failure(
            f"{name} still records after {seconds:g} s; it takes no new recording",
            "pulumi up waits for it again; or set a longer time: pulumi config set recordingDrainTimeout 6h",
        )
    host.info(f"{name} records nothing, and stays out of service")


def run(host: Host, given: RecorderServiceInput, _arguments: Namespace) -> None:
    """As a step."""
    (keep_out if given.draining else serve)(host, given.recorder.recorder)


VERB = Verb(
    summary="puts a recorder into service",
    description="Starts the recorder where it does not run. With `draining` in the JSON it ends its recording instead, "
    "and stays out of service.",
    takes=RecorderServiceInput,
    run=run,
    configure=recorder_argument,
    is_by_hand=has_recorder,
    by_hand=for_known_recorder(serve),
)
