"""Where the TURN server relays to: the public addresses of bridges, and nowhere else.

A folder has one file for each bridge, with its addresses. coturn has them in its database, which it reads again by
itself every few seconds. Therefore no bridge that comes or goes restarts coturn, which would cut relayed participants.
"""

from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

from .failure import Failure
from .files import read_text, remove, write_text
from .places import Paths

# coturn holds its lock for milliseconds.
LOCK_SECONDS = 20


class Peers:
    """Of one cluster."""

    def __init__(self, paths: Paths) -> None:
        self._folder = paths.turn_peers
        self._database = paths.turn_database

    def declare(self, addresses: Mapping[str, Iterable[str]], leaving: Iterable[str]) -> None:
        """By nickname. Bridges that are leaving still have participants; all others are gone."""
        for nickname, found in addresses.items():
            write_text(self._folder / nickname, f"{' '.join(found)}\n")
        kept = {*addresses, *leaving}
        for nickname in self._nicknames():
            if nickname not in kept:
                remove(self._folder / nickname)
        self.sync()

    def forget(self, nickname: str) -> None:
        """The bridge is gone. Hetzner can give its addresses to somebody else."""
        path = self._folder / nickname
        if path.exists():
            remove(path)
            self.sync()

    def addresses_of(self, nickname: str) -> tuple[str, ...]:
        """Public ones; none for a bridge that is not known."""
        return tuple((read_text(self._folder / nickname) or "").split())

    def addresses(self) -> set[str]:
        """All addresses that are relayed to."""
        return {word for nickname in self._nicknames() for word in (read_text(self._folder / nickname) or "").split()}

    def sync(self) -> None:
        """Brings coturn's database in line with the folder. Nothing where coturn is not installed."""
        if not self._database.exists():
            return
        # Takes 2 MB, which most steps do not need.
        import sqlite3

        wanted = self.addresses()
        try:
            with closing(sqlite3.connect(self._database, timeout=LOCK_SECONDS)) as database, database:
                rows = database.execute("SELECT realm, ip_range FROM allowed_peer_ip").fetchall()
                known = {address for realm, address in rows if realm == ""}
                # A row with a realm is not of this program, and would open another way.
                database.execute("DELETE FROM allowed_peer_ip WHERE realm != ''")
                for address in known - wanted:
                    database.execute("DELETE FROM allowed_peer_ip WHERE ip_range = ?", (address,))
                for address in wanted - known:
                    database.execute("INSERT INTO allowed_peer_ip (realm, ip_range) VALUES ('', ?)", (address,))
        except sqlite3.Error as problem:
            raise unusable(self._database, problem) from None

    def _nicknames(self) -> list[str]:
        if not self._folder.is_dir():
            return []
        # A name with a dot is a file that is being written.
        return sorted(file.name for file in self._folder.iterdir() if "." not in file.name)


def write_turn_secret(path: Path, realm: str, secret: str) -> None:
    """coturn asks for it at each login. Passwords of the secret of before end at once."""
    import sqlite3

    try:
        with closing(sqlite3.connect(path, timeout=LOCK_SECONDS)) as database, database:
            rows = database.execute("SELECT realm, value FROM turn_secret").fetchall()
            if rows != [(realm, secret)]:
                database.execute("DELETE FROM turn_secret")
                database.execute("INSERT INTO turn_secret (realm, value) VALUES (?, ?)", (realm, secret))
    except sqlite3.Error as problem:
        raise unusable(path, problem) from None


def unusable(path: Path, problem: Exception) -> Failure:
    """The message never has a value of the database."""
    return Failure(
        f"coturn's database {path} cannot be changed: {problem}",
        f"on the web host: ls -l {path}; df -h; then: pulumi up",
    )
