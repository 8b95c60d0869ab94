"""Keeps the people in their rooms while jicofo restarts; upstream finds them in prosody's rooms."""

import json
import os

from .conferences import Conferences

# The package's postinst gives the program's folder to its user.
PATH = "/usr/share/jicofo/sandbox-people.json"


class Memory:
    def __init__(self, conferences: Conferences, path: str = PATH) -> None:
        self.conferences = conferences
        self.path = path
        self._written = ""

    def recall(self) -> None:
        if os.path.exists(self.path):
            with open(self.path, encoding="ascii") as file:
                self.conferences.recall(json.load(file))

    def keep(self) -> None:
        """Writes what has changed since the last time, whole or not at all."""
        text = json.dumps(self.conferences.remembered())
        if text == self._written:
            return
        with open(self.path + ".new", "w", encoding="ascii") as file:
            file.write(text)
        os.replace(self.path + ".new", self.path)
        self._written = text
