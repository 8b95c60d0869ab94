"""Keeps participants in their rooms over a restart of jicofo. Upstream finds them in prosody's
rooms.
"""

import json
import os
from collections import Counter
from typing import Any

from .conferences import Conferences

# The package's postinst makes the program's user the owner of this folder.
PATH = "/usr/share/jicofo/sandbox-participants.json"


class SavedState:
    def __init__(self, conferences: Conferences, path: str = PATH) -> None:
        self.conferences = conferences
        self.path = path
        self._written = ""

    def load(self) -> None:
        """Restores rooms and participants. Their conferences ended together with the jicofo that
        managed them.
        """
        if not os.path.exists(self.path):
            return
        with open(self.path, encoding="ascii") as file:
            saved = json.load(file)
        c = self.conferences
        c.next_id, c.total_participants = saved["next_id"], saved["joined"]
        c.tallies = {room: Counter(tally) for room, tally in saved["tallies"].items()}
        c.totals = Counter(saved["totals"])
        c.rooms = {room: dict.fromkeys(endpoints) for room, endpoints in saved["rooms"].items()}
        c.reload_all()

    def save(self) -> None:
        """Writes changes since the last call atomically."""
        text = json.dumps(self._content())
        if text == self._written:
            return
        with open(self.path + ".new", "w", encoding="ascii") as file:
            file.write(text)
        os.replace(self.path + ".new", self.path)
        self._written = text

    def _content(self) -> dict[str, Any]:
        c = self.conferences
        return {"rooms": {room: list(endpoints) for room, endpoints in c.rooms.items()},
                "tallies": c.tallies, "totals": c.totals, "next_id": c.next_id,
                "joined": c.total_participants}
