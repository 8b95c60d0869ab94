"""prosody, as far as jicofo and the bridges need it."""

from .host import Host

LOOPBACK = "127.0.0.1"
# In one line, as a person would type it.
FOCUS_SESSION = (
    "> for jid, user in pairs(prosody.bare_sessions) do "
    'if jid:find("^focus@auth%.") then for _, session in pairs(user.sessions) do '
    'if not session.hibernating then return "logged in" end end end end return "logged out"'
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
