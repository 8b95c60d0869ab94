"""The recorders' part of the acceptance: jicofo's room and each recorder itself are as declared."""

from functools import partial

from .bridge import Goal
from .failure import Failure
from .host import Host
from .http_client import HttpError
from .jicofo import REPAIR, Jicofo
from .jicofo_recorder import JicofoRecorder
from .recorder import DeclaredRecorder, Recorder
from .recorder_client import RecorderClient
from .recorder_registry import RecorderRegistry
from .recorder_service import problem_of
from .registry import Entry

REPAIR_RECORDER = (
    "repair it (on the recorder: journalctl -u jibri -n 50; tail /var/log/jitsi/jibri/log.0.txt), then: pulumi up;\n"
    "    or take it out of the declaration (pulumi config set jibriCount N, or removedRecorders), then: pulumi up"
)


class RecorderAcceptance:
    """Of one cluster."""

    def __init__(self, host: Host, declared: tuple[DeclaredRecorder, ...], jicofo: Jicofo) -> None:
        self._host = host
        self._declared = declared
        self._jicofo = jicofo
        self._registry = RecorderRegistry(host.paths)
        self._differences: list[str] = []

    def expect_all(self) -> None:
        """Fails where a recorder is not as declared."""
        if not self._declared:
            return
        if self._listed() is None:
            raise Failure(
                "jicofo has no room of recorders, because it started without that setting; its next restart takes it",
                "npm run repair -- web  # restarts jicofo if no meeting runs; then: pulumi up",
            )
        seconds = self._host.waits.accept
        if not self._host.wait_for(seconds, "jicofo to find every recorder", self._are_all_found):
            problem = self._jicofo.problem()
            if problem is not None:
                raise Failure(problem, REPAIR)
            raise Failure(f"not as declared after {seconds:.0f} s: {'; '.join(self._differences)}", REPAIR_RECORDER)
        names = ", ".join(one.name for one in self._declared)
        self._host.info(f"jicofo finds every declared recorder: {names}")

    def send_leaving_away(self) -> None:
        """All of them take no new recording before the first one is waited for."""
        declared = {one.nickname for one in self._declared}
        leaving = [one for one in self._registry.entries() if one.bridge.nickname not in declared]
        self._host.parallel.threads([partial(self._send_away, entry) for entry in leaving])
        if leaving:
            nicknames = " ".join(entry.bridge.nickname for entry in leaving)
            self._host.info(f"recorders that are leaving: {nicknames}")

    def _listed(self) -> list[JicofoRecorder] | None:
        try:
            return self._jicofo.recorders()
        except HttpError as problem:
            raise Failure(f"jicofo stopped answering on {self._jicofo.url} ({problem})", REPAIR) from None

    def _are_all_found(self) -> bool:
        try:
            listed = {one.nickname: one for one in self._jicofo.recorders() or []}
        except HttpError as problem:
            self._differences = [f"jicofo does not answer ({problem})"]
            return False
        looks = [partial(self._difference, one, listed.get(one.nickname)) for one in self._declared]
        self._differences = [words for words in self._host.parallel.threads(looks) if words]
        return not self._differences

    def _difference(self, declared: DeclaredRecorder, seen: JicofoRecorder | None) -> str:
        name = f"{declared.name} ({declared.nickname})"
        try:
            status = RecorderClient(self._host, declared.recorder).status()
        except HttpError as problem:
            return f"{name}: its host does not answer ({problem})"
        if declared.draining:
            return f"{name}: in service, not out of it" if seen is not None and status.running else ""
        own = problem_of(status)
        if own:
            return f"{name}: {own}"
        if seen is None:
            return f"{name}: not in jicofo's room of recorders"
        return "" if seen.healthy else f"{name}: not healthy in jicofo's room of recorders"

    def _send_away(self, entry: Entry) -> None:
        bridge = entry.bridge
        if entry.goal is Goal.LEFT:
            self._registry.forget(bridge.nickname)
            return
        recorder = Recorder(bridge.name, bridge.nickname, bridge.address)
        self._registry.set_goal(recorder, Goal.LEAVING)
        try:
            RecorderClient(self._host, recorder).shut_down()
        except HttpError as problem:
            if self._is_unlisted(bridge.nickname):
                # Removed without a drain. Should one come after all, it registers the recorder again.
                self._registry.forget(bridge.nickname)
                self._host.info(f"{recorder.name} does not answer, and jicofo does not list it: it is forgotten")
                return
            self._host.info(f"{recorder.name} takes no graceful shutdown ({problem}); its drain looks closer")
            return
        self._host.info(f"{recorder.name} takes no new recording")

    def _is_unlisted(self, nickname: str) -> bool:
        try:
            listed = self._jicofo.recorders()
        except HttpError:
            return False
        return listed is not None and all(one.nickname != nickname for one in listed)
