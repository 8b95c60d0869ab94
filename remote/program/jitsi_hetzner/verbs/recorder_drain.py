"""recorder-drain: a recorder leaves the cluster.

It takes no new recording, ends the one that runs, and its files get to their target. Then its program has ended. Giving
up puts the recorder back into service and fails. It runs on the web host, so that a dead recorder cannot block its own
removal.
"""

from argparse import Namespace

from ..bridge import Goal
from ..failure import Failure
from ..host import Host
from ..http_client import HttpError
from ..jicofo import REPAIR, Jicofo
from ..locks import Purpose
from ..policy_file import read_recording_timeout
from ..putting_back import otherwise
from ..recorder import Recorder, RecorderDrainInput
from ..recorder_answer import RecorderStatus
from ..recorder_by_hand import for_known_recorder, has_recorder, recorder_argument
from ..recorder_service import RecorderService
from ..recorder_words import files_of, files_would_be_lost, keep_it, recordings_of, upload_error
from ..verb import Verb

PAUSE_SECONDS = 5
REPORT_SECONDS = 30


class RecorderDrain:
    """Of one recorder."""

    def __init__(self, host: Host, recorder: Recorder) -> None:
        self._host = host
        self._recorder = recorder
        self._service = RecorderService(host, recorder)
        self._silent_since: float | None = None
        self._idle_since: float | None = None
        self._last: RecorderStatus | None = None

    def run(self) -> None:
        """To the recorder's end, or to its being back in service."""
        self._timeout()
        self._host.locks.take_over(self._recorder, Purpose.LEAVING)
        if self._answers():
            self._leave()
        else:
            self._expect_dead()
        self._service.registry.set_goal(self._recorder, Goal.LEFT)

    def _timeout(self) -> float:
        return read_recording_timeout(self._host.paths.policy)

    def _answers(self) -> bool:
        """A host that reboots is silent for a minute."""
        name, seconds = self._recorder.name, self._host.waits.recorder_silent
        return self._host.wait_for(seconds, f"the host of {name} to answer", self._look)

    def _look(self) -> bool:
        try:
            self._last = self._service.client.status()
        except HttpError as problem:
            if self._silent_since is None:
                self._silent_since = self._host.clock.now()
            self._problem = str(problem)
            return False
        self._silent_since = None
        return True

    def _leave(self) -> None:
        """For a recorder whose host answers."""
        name, limit = self._recorder.name, self._timeout()
        # At once, because no signal of the operator reaches a running step.
        self._host.info(
            f"{self._host.messages.how_to_end(limit)}{name} leaves when its recording has ended and "
            f"its files are safe, in at most {limit:.0f} s"
        )
        with otherwise(self._host, self._service.serve_again):
            self._service.take_out_of_service(Goal.LEAVING)
            self._wait()
        self._host.info(f"{name} has ended, and {self._kept()}")

    def _kept(self) -> str:
        files = self._last.local_files if self._last else ()
        if not files:
            return "keeps no recording"
        stay = "stays" if len(files) == 1 else "stay"
        return f"{files_of(len(files))} {stay} on the web host, in {self._host.paths.recordings}"

    def _wait(self) -> None:
        start = self._host.clock.now()
        report_at = 0.0
        while True:
            now, limit = self._host.clock.now(), self._timeout()
            if self._look() and self._last is not None and self._is_done(self._last):
                return
            self._expect_not_silent()
            passed = now - start
            if passed >= limit:
                raise self._time_is_over(limit)
            if passed >= report_at:
                self._report(passed, limit)
                report_at = passed + REPORT_SECONDS
            self._host.clock.sleep(PAUSE_SECONDS)

    def _is_done(self, status: RecorderStatus) -> bool:
        """Nothing is recorded, and no file is lost with the host."""
        if not self._has_ended(status):
            return False
        # No server goes with a recorder on the web host.
        if status.local_files and not self._recorder.is_local:
            raise files_would_be_lost(self._recorder, status.local_files)
        return status.uploads_waiting == 0

    def _has_ended(self, status: RecorderStatus) -> bool:
        if not status.running:
            return True
        if not status.is_idle:
            self._idle_since = None
            return False
        # It ends at once where nothing is recorded. One that does not is left to the end of its server.
        now = self._host.clock.now()
        if self._idle_since is None:
            self._idle_since = now
        return now - self._idle_since >= self._host.waits.end

    def _expect_not_silent(self) -> None:
        since, waits = self._silent_since, self._host.waits
        if since is None or self._host.clock.now() - since < waits.recorder_silent:
            return
        kept = self._last.uploads_waiting if self._last else 0
        raise Failure(
            f"{self._recorder.name} stopped answering on {self._service.client.place} ({self._problem}); "
            f"{self._words_of_last()}, and {kept} of its recordings were not at their target",
            f"{self._look_at_it}, then: pulumi up{self._keep}",
        )

    def _words_of_last(self) -> str:
        return "it still recorded" if self._last and not self._last.is_idle else "it recorded nothing any more"

    def _time_is_over(self, limit: float) -> Failure:
        status = self._last
        left = "it still records"
        if status is not None and status.is_idle:
            left = f"{recordings_of(status.uploads_waiting)} not at the target{upload_error(status)}"
        return Failure(
            f"{self._recorder.name} is not ready to go after {limit:.0f} s: {left}; it goes back into service, and its "
            "files stay",
            "pulumi up waits for it again; or set a longer time: pulumi config set recordingDrainTimeout 6h;"
            f"{self._keep}",
        )

    def _report(self, passed: float, limit: float) -> None:
        status, name = self._last, self._recorder.name
        times = f"({passed:.0f} of {limit:.0f} s)"
        name = f"{self._host.messages.how_to_end(limit)}{name}"
        if self._silent_since is not None or status is None:
            self._host.info(f"{name} does not answer ({self._problem}) {times}")
        elif not status.is_idle:
            self._host.info(f"{name} still records {times}")
        elif status.running:
            self._host.info(f"{name} records nothing, and its program ends {times}")
        else:
            waiting = recordings_of(status.uploads_waiting)
            self._host.info(f"{name} records nothing; {waiting} not at the target yet{upload_error(status)} {times}")

    def _expect_dead(self) -> None:
        """Its control port is silent. Only jicofo knows then whether it records: its private network may be broken."""
        name, jicofo = self._recorder.name, Jicofo(self._host)
        skip = f"npm run drain:skip -- {name}"
        try:
            problem = jicofo.problem()
            listed = [] if problem else jicofo.recorders() or []
        except HttpError as stopped:
            problem, listed = str(stopped), []
        if problem:
            raise Failure(
                f"{name} does not answer ({self._problem}), and {problem}; it is unknown whether it records", REPAIR
            )
        if any(one.nickname == self._recorder.nickname for one in listed):
            raise Failure(
                f"jicofo lists {name}, so it may record, but its host does not answer on {self._service.client.place} "
                f"({self._problem})",
                f"repair it ({self._look_at_it}), then: pulumi up; or take the drain out: {skip}",
            )
        is_kept = self._recorder.is_forwarded or self._recorder.is_local
        where = "are still on the machine" if is_kept else "go with its server"
        self._host.info(
            f"{name} is dead: it does not answer ({self._problem}), and jicofo does not list it. Recordings that were "
            f"not at their target yet {where}"
        )
        if self._recorder.is_forwarded:
            # The step that cleans the machine comes next. Its error has no hint, because a resource that goes has none.
            self._host.info(f"if its machine does not exist any more, and the step leave fails: {skip}; pulumi up")

    @property
    def _keep(self) -> str:
        return keep_it(self._recorder)

    @property
    def _look_at_it(self) -> str:
        return "look at the machine" if self._recorder.is_forwarded else "look at its console at Hetzner"

    _problem = "unknown"


def drain(host: Host, recorder: Recorder) -> None:
    """See RecorderDrain."""
    RecorderDrain(host, recorder).run()


def run(host: Host, given: RecorderDrainInput, _arguments: Namespace) -> None:
    """As a step."""
    drain(host, given.recorder.recorder)


VERB = Verb(
    summary="waits for a recorder's recording and files, and ends its program",
    description="The recorder takes no new recording. The one that runs ends by itself, and all files get to their "
    "target, in at most recordingDrainTimeout. Where the verb gives up, the recorder is back in service. To take a "
    "drain back that was called by hand: jitsi-hetzner recorder-serve RECORDER",
    takes=RecorderDrainInput,
    run=run,
    configure=recorder_argument,
    is_by_hand=has_recorder,
    by_hand=for_known_recorder(drain),
)
