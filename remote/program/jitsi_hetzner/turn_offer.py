"""What browsers learn of the TURN server: from prosody, and from the web application's own settings."""

from .failure import Failure
from .files import read_text, remove, write_text
from .host import Host
from .turn_input import RETRY, TurnServerInput

SECONDS = 30
# As Jitsi's packages have it.
TTL_SECONDS = 86400
HEADER = "-- Managed by pulumi: changes here are lost.\n"
# One-to-one calls would go from browser to browser, and the TURN server relays to bridges alone.
DIRECT_CALLS = (
    "config.p2p = Object.assign({}, config.p2p, { enabled: false }); "
    "// set by pulumi: one-to-one calls use the bridge\n"
)
# In one line, as a person would type it.
OFFERED = (
    '> local all = {{}} for _, one in ipairs(prosody.hosts["{domain}"].modules.external_services.get_services()) do '
    'all[#all + 1] = one.type .. ":" .. one.host .. ":" .. tostring(one.port) end '
    'table.sort(all) return "servers: " .. table.concat(all, " ") .. " end"'
)


def offer_text(given: TurnServerInput) -> str:
    """For prosody, which makes a password for each browser that asks. Pure.

    443 and not 5349: it is open wherever 5349 is. A second entry would be a second connection of each participant.
    """
    login = f'secret = true; ttl = {TTL_SECONDS}; algorithm = "turn"'
    return f"""{HEADER}external_service_secret = "{given.secret}"
external_services = {{
    {{ type = "stun"; transport = "udp"; host = "{given.name}"; port = 3478 }};
    {{ type = "turn"; transport = "udp"; host = "{given.name}"; port = 3478; {login} }};
    {{ type = "turns"; transport = "tcp"; host = "{given.name}"; port = 443; {login} }};
}}
"""


class Offer:
    """Of prosody and the web application on this host."""

    def __init__(self, host: Host, given: TurnServerInput) -> None:
        self._host = host
        self._given = given
        self._path = host.paths.prosody_turn / "turn.cfg.lua"
        self._application = host.paths.meet / f"{given.domain}-config.js"

    def make(self) -> None:
        """Browsers that join from now on use the TURN server."""
        self._set_direct_calls(False)
        if write_text(self._path, offer_text(self._given), 0o600) or self._offered() != self._wanted():
            for words in (("chgrp", "prosody"), ("chmod", "0640")):
                self._host.commands.run(*words, str(self._path), seconds=SECONDS)
            self._reload()
        offered = self._offered()
        if offered is None:
            raise Failure(
                "prosody does not tell which TURN servers it offers to browsers",
                f"prosodyctl shell, and journalctl -u prosody -n 50. {RETRY}",
            )
        if offered != self._wanted():
            raise Failure(
                f"prosody does not offer {self._given.name} to browsers; it offers: {offered or 'nothing'}",
                f"remove external_services from /etc/prosody/conf.avail/{self._given.domain}.cfg.lua if it names other "
                f"servers; journalctl -u prosody -n 50. {RETRY}",
            )
        if not self._host.paths.turn_offered.exists():
            write_text(self._host.paths.turn_offered, "")
            self._host.info(f"prosody offers turn.{self._given.domain} to browsers")

    def withdraw(self) -> None:
        """Browsers that join from now on do not use it."""
        self._set_direct_calls(True)
        if self._path.exists():
            remove(self._path)
            self._reload()
            self._host.info("prosody offers no TURN server any more")
        remove(self._host.paths.turn_offered)

    def _reload(self) -> None:
        """Not a restart, which would end every meeting."""
        for words in (("config", "reload"), ("module", "reload", "external_services", self._given.domain)):
            self._host.commands.run("prosodyctl", "shell", *words, seconds=SECONDS)

    def _wanted(self) -> str:
        name = self._given.name
        return f"stun:{name}:3478 turn:{name}:3478 turns:{name}:443"

    def _offered(self) -> str | None:
        """None where prosody does not say it: it is stopped, hangs or has no file descriptor left."""
        question = OFFERED.format(domain=self._given.domain)
        answer = self._host.commands.run("prosodyctl", "shell", question, seconds=SECONDS).output
        _, found, rest = answer.partition("servers: ")
        return rest.partition(" end")[0].strip() if found else None

    def _set_direct_calls(self, are_allowed: bool) -> None:
        text = read_text(self._application)
        if text is None:
            return
        without = text.replace(DIRECT_CALLS, "")
        end = "" if without.endswith("\n") or not without else "\n"
        write_text(self._application, without if are_allowed else f"{without}{end}{DIRECT_CALLS}")
