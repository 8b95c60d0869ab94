"""Keeps the people in their rooms while jicofo restarts; upstream finds them in prosody's rooms."""

import json
import os
from collections import Counter
from typing import Any

from .conferences import Conferences

# The package's postinst gives the program's folder to its user.
PATH = "/usr/share/jicofo/sandbox-people.json"


class Memory:
    def __init__(self, conferences: Conferences, path: str = PATH) -> None:
        self.conferences = conferences
        self.path = path
        self._written = ""

    def recall(self) -> None:
        """Their conferences ended together with the jicofo that held them."""
        if not os.path.exists(self.path):
            return
        with open(self.path, encoding="ascii") as file:
            memory = json.load(file)
        c = self.conferences
        c.next_id, c.total_participants = memory["next_id"], memory["joined"]
        c.tallies = {room: Counter(tally) for room, tally in memory["tallies"].items()}
        c.totals = Counter(memory["totals"])
        c.rooms = {room: dict.fromkeys(endpoints) for room, endpoints in memory["rooms"].items()}
        c.reload_all()

    def keep(self) -> None:
        """Writes what has changed since the last time, whole or not at all."""
        text = json.dumps(self._remembered())
        if text == self._written:
            return
        with open(self.path + ".new", "w", encoding="ascii") as file:
            file.write(text)
        os.replace(self.path + ".new", self.path)
        self._written = text

    def _remembered(self) -> dict[str, Any]:
        c = self.conferences
        return {"rooms": {room: list(endpoints) for room, endpoints in c.rooms.items()},
                "tallies": c.tallies, "totals": c.totals, "next_id": c.next_id,
                "joined": c.total_participants}
