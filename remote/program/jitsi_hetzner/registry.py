"""What this host has noted of each bridge: the registry of the goals, and the notes of the restarts."""

from dataclasses import dataclass
from pathlib import Path

from .bridge import Bridge, Goal
from .failure import ExitCode, Failure
from .files import read_text, remove, write_text
from .places import Paths


@dataclass(frozen=True)
class Entry:
    """A bridge that was registered."""

    bridge: Bridge
    goal: Goal


@dataclass(frozen=True)
class Note:
    """With which settings a bridge came into service last, and in which turn of restarts."""

    settings_hash: str
    turn: str


class Registry:
    """Files that the next step, and the next `pulumi up`, go by."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths

    @property
    def folder(self) -> Path:
        """Of the files with the goals."""
        return self._paths.registry

    def nicknames(self) -> list[str]:
        """Of all registered bridges."""
        try:
            found = [file.name for file in self.folder.iterdir() if file.is_file()]
        except FileNotFoundError:
            return []
        # A name with a dot is a file that is being written.
        return sorted(name for name in found if "." not in name)

    def entries(self) -> list[Entry]:
        """All registered bridges."""
        found = [self.entry(nickname) for nickname in self.nicknames()]
        return [entry for entry in found if entry is not None]

    def entry(self, nickname: str) -> Entry | None:
        """None for a bridge that was never registered, and for a file that does not say so whole."""
        path = self.folder / nickname
        words = (read_text(path) or "").split()
        if len(words) != 3:
            return None
        try:
            goal = Goal(words[2])
        except ValueError:
            raise Failure(
                f"{path} has the goal {words[2]}, which this program does not know: it is older than the file",
                "npm run repair -- web; then: pulumi up",
                ExitCode.MISFIT,
            ) from None
        return Entry(Bridge(words[0], nickname, words[1]), goal)

    def goal_of(self, bridge: Bridge) -> Goal | None:
        """None for a bridge that was never registered."""
        entry = self.entry(bridge.nickname)
        return None if entry is None else entry.goal

    def set_goal(self, bridge: Bridge, goal: Goal) -> None:
        """Addresses are given out again: an entry that a skipped drain left behind belongs to no bridge any more.

        Only a bridge that leaves forgets no other: it may be the old one itself.
        """
        if goal not in (Goal.LEAVING, Goal.LEFT):
            for other in self.others_at_address(bridge):
                self.forget(other.nickname)
        path = self.folder / bridge.nickname
        write_text(path, f"{bridge.name} {bridge.address} {goal.value}\n")

    def since(self, bridge: Bridge) -> float | None:
        """Seconds since 1970 when its goal was written down."""
        try:
            return (self.folder / bridge.nickname).stat().st_mtime
        except FileNotFoundError:
            return None

    def others_at_address(self, bridge: Bridge) -> list[Bridge]:
        """Registered bridges that have the address of this one."""
        known = [entry.bridge for entry in self.entries()]
        return [other for other in known if other.address == bridge.address and other.nickname != bridge.nickname]

    def forget(self, nickname: str) -> None:
        """The bridge is gone, and so is all that is known of it here."""
        remove(self.folder / nickname)
        self.forget_notes(nickname)

    def note(self, bridge: Bridge) -> Note | None:
        """None where it never came into service by a restart."""
        words = (read_text(self._note_path(bridge)) or "").split()
        return Note(words[0], words[1]) if len(words) == 2 else None

    def write_note(self, bridge: Bridge, note: Note) -> None:
        """The bridge is in service with these settings."""
        write_text(self._note_path(bridge), f"{note.settings_hash} {note.turn}\n")

    def take_out_for_restart(self, bridge: Bridge) -> None:
        """The goal OUT. Remembers the goal that it had before."""
        goal = self.goal_of(bridge)
        if goal != Goal.OUT:
            write_text(self._before_path(bridge.nickname), f"{(goal or Goal.SERVING).value}\n")
        self.set_goal(bridge, Goal.OUT)

    def is_to_be_empty(self, bridge: Bridge) -> bool:
        """Whether it is in drain mode when it is not out for a restart (drainingBridges)."""
        return (read_text(self._before_path(bridge.nickname)) or "").strip() == Goal.DRAINED.value

    def forget_notes(self, nickname: str) -> None:
        """Whatever comes under this nickname has its settings from its start."""
        remove(self._paths.notes / nickname)
        remove(self._before_path(nickname))

    def _note_path(self, bridge: Bridge) -> Path:
        return self._paths.notes / bridge.nickname

    def _before_path(self, nickname: str) -> Path:
        return self._paths.notes / f"{nickname}.before"
