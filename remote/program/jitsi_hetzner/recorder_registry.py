"""What this host has noted of each recorder: as of bridges, in a folder of its own."""

from pathlib import Path

from .places import Paths
from .registry import Registry


class RecorderRegistry(Registry):
    """A file for each recorder, by its nickname: `NAME ADDRESS GOAL`."""

    def __init__(self, paths: Paths) -> None:
        super().__init__(paths)
        self._recorders = paths.recorders

    @property
    def folder(self) -> Path:
        """See Registry."""
        return self._recorders
