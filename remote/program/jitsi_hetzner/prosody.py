"""prosody, as far as jicofo and the bridges need it."""

from .host import Host

LOOPBACK = "127.0.0.1"
# In one line, as a person would type it. The room in which jicofo looks for bridges is at internal.auth.DOMAIN.
FOCUS_SESSION = (
    '> for jid, user in pairs(prosody.bare_sessions) do local domain = jid:match("^focus@(auth%..+)$") '
    "if domain then for _, session in pairs(user.sessions) do if not session.hibernating then "
    'local place = "internal." .. domain local muc = prosody.hosts[place] and prosody.hosts[place].modules.muc '
    'local room = muc and muc.get_room_from_jid("jvbbrewery@" .. place) '
    "local is_there = room and room:get_occupant_by_real_jid(session.full_jid) "
    'return is_there and "logged in" or "logged in, outside" end end end end return "logged out"'
)


class Prosody:
    """The XMPP server on this host."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def listens(self) -> bool:
        """Whether it takes logins."""
        return self._host.connects(LOOPBACK, self._host.ports.xmpp)

    def focus_session(self) -> str:
        """What it says of jicofo's connection: a line with "logged in" or "logged out", or why it cannot be asked.

        With "outside" too where jicofo is logged in and is not in the room of the bridges.

        A connection that is broken lingers for some seconds, hibernating. jicofo itself does not tell: neither its REST
        API nor its metrics have a figure for it.
        """
        ran = self._host.commands.run("prosodyctl", "shell", FOCUS_SESSION, seconds=20)
        lines = (ran.output + ran.errors).splitlines()
        told = [line for line in lines if "Result" in line or "rror" in line]
        return "; ".join(told) or ran.errors or "prosodyctl shell does not answer"

    def close_connections_from(self, address: str) -> None:
        """A host that died has closed none, and prosody would keep the bridge in jicofo's room, perhaps for hours."""
        port = f":{self._host.ports.xmpp}"
        words = ("ss", "-K", "-H", "-t", "dst", address, "sport", "=", port)
        self._host.commands.run(*words, seconds=10)
