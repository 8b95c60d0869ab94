"""restart: the rolling restart.

A bridge reads its settings only when it starts, and a restart ends its calls. So one bridge after the other goes out
of service, restarts when it is empty, and comes back. The next one follows only when jicofo sends participants to it
again. A bridge that fails stops it there.

Bridges that run with their settings, and that jicofo can use, are left alone. All of them are asked side by side.
"""

from argparse import Namespace
from dataclasses import dataclass
from functools import partial

from ..bridge import Bridge, Goal
from ..bridge_host import BridgeHost
from ..certificate_units import rehearse_soon
from ..coming_back import ComingBack
from ..failure import Failure
from ..host import Host
from ..http_client import HttpError
from ..jicofo import Jicofo, Unknown
from ..registry import Note, Registry
from ..restart_input import BridgeWithSettings, RestartInput
from ..taking_out import TakingOut
from ..verb import Verb

# Notes have it for the programs before, in which each restart had a number.
NO_TURN = "0"


@dataclass(frozen=True)
class Look:
    """A bridge, and what is known of it before the first restart."""

    given: BridgeWithSettings
    # Whether it runs with its settings, by its own word, or by the note where it does not say.
    has_settings: bool
    # It was taken out of service by a restart that was interrupted.
    is_out: bool
    # It came into service with these or other settings before; else it is new.
    is_known: bool

    @property
    def name(self) -> str:
        """For messages."""
        return self.given.name


class RollingRestart:
    """Of one cluster."""

    def __init__(self, host: Host, given: RestartInput) -> None:
        self._host = host
        self._given = given
        self._jicofo = Jicofo(host)
        self._registry = Registry(host.paths)

    def run(self) -> None:
        """To the last bridge, or to the first that fails."""
        self._host.locks.take_over_restarts()
        looks = self._host.parallel.threads([partial(self._look, one) for one in self._given.bridges])
        unusable = self._unusable([one for one in looks if one.has_settings and (one.is_known or one.is_out)])
        due = [one for one in looks if one.is_out or not one.has_settings or one.name in unusable]
        for one in looks:
            if one not in due:
                self._note(one.given)
        if not due:
            self._host.info(f"every bridge runs with its settings: {len(looks)}")
            return
        self._host.info(f"one after the other: {', '.join(one.name for one in due)}")
        for one in due:
            if not one.has_settings or one.name in unusable:
                self._restart(one.given.bridge, always=one.has_settings)
            ComingBack(self._host, one.given.bridge).run()
            self._note(one.given)

    def _look(self, given: BridgeWithSettings) -> Look:
        bridge = given.bridge
        note = self._registry.note(bridge)
        known = (given.settings_hash, given.former_hash)
        is_out = self._registry.goal_of(bridge) is Goal.OUT
        try:
            running = BridgeHost(self._host, bridge).running()
        except HttpError as problem:
            self._host.info(f"{given.name} does not say with which settings it runs ({problem})")
            has_settings = note is not None and note.settings_hash in known and not is_out
        else:
            has_settings = running.settings_hash in known and running.version == self._given.bridge_version
        return Look(given, has_settings, is_out, is_known=note is not None)

    def _unusable(self, looks: list[Look]) -> dict[str, str]:
        """Of bridges that run with their settings those that jicofo cannot use, by name, with what is wrong.

        By jicofo's word: a bridge that has lost its connection says itself that it has joined. A new bridge is left to
        the acceptance. Where jicofo cannot tell, no bridge is to blame.
        """
        names = ", ".join(one.name for one in looks)
        if self._host.wait_for(
            self._host.waits.usable,
            f"jicofo to find them operational: {names}",
            lambda: self._states(looks) == {},
        ):
            return {}
        judged = [one for one in looks if not isinstance(self._jicofo.view(one.given.bridge), Unknown)]
        states = self._states(judged) or {}
        for name, state in states.items():
            self._host.info(f"jicofo cannot use {name} ({state}): it restarts")
        return states

    def _states(self, looks: list[Look]) -> dict[str, str] | None:
        """Of those that jicofo cannot use; None where it does not answer."""
        if not looks:
            return {}
        try:
            listed = {seen.nickname: seen for seen in self._jicofo.bridges()}
        except HttpError:
            return None
        found = [(one.name, listed.get(one.given.nickname)) for one in looks]
        return {
            name: "not in its list" if seen is None else seen.state
            for name, seen in found
            if seen is None or not seen.usable
        }

    def _restart(self, bridge: Bridge, *, always: bool) -> None:
        bridge_host = BridgeHost(self._host, bridge)
        try:
            bridge_host.running()
        except HttpError as problem:
            # Taken out of service, it would stay so.
            raise Failure(
                f"{bridge.name} cannot be told to restart with its settings, and stays as it is: its host does not "
                f"answer on {bridge_host.place} ({problem})",
                "on the bridge: systemctl restart jitsi-hetzner-start.socket; if that does not help: "
                f"npm run repair -- {bridge.name}",
            ) from None
        TakingOut(self._host, bridge).run()
        bridge_host.apply_settings(always=always)

    def _note(self, given: BridgeWithSettings) -> None:
        note = self._registry.note(given.bridge)
        if note is None or note.settings_hash != given.settings_hash:
            self._registry.write_note(given.bridge, Note(given.settings_hash, NO_TURN))


def run(host: Host, given: RestartInput, _arguments: Namespace) -> None:
    """As a step. It runs in each `up` that changes a bridge."""
    RollingRestart(host, given).run()
    rehearse_soon(host)


VERB = Verb(
    summary="restarts bridges whose settings have changed, one after the other",
    description="Each goes out of service, restarts when it is empty, and comes back. Does nothing where every bridge "
    "runs with the settings of the JSON and jicofo can use it.",
    takes=RestartInput,
    run=run,
)
