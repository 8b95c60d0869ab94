"""TCP 443 of the web host: the site alone, or the site and the TURN server by the name that a client asks for.

With a TURN server, nginx's stream module listens on 443. It reads the name in the first packet, and passes the
connection on unopened: turn.DOMAIN to coturn, everything else to the site. The site then listens on loopback, and
takes the client's address from the PROXY protocol, which it believes from loopback alone.
"""

import re
from pathlib import Path

from .failure import Failure
from .files import read_text, remove, write_text
from .host import Host
from .http_client import HttpError
from .prosody import LOOPBACK
from .turn_input import RETRY, TurnServerInput

SECONDS = 30
HEADER = "# Managed by pulumi: changes here are lost.\n"
PUBLIC = re.compile(r"^(\s*listen\s+)((?:\[::\]:|\*:|0\.0\.0\.0:)?443)((?:\s+[^\s;#]+)*\s+ssl\b[^;#]*);", re.MULTILINE)
SITE_PORT, RELAY_PORT = 4443, 4445
BEHIND = re.compile(
    rf"^(\s*listen\s+)(127\.0\.0\.1|\[::1\]):{SITE_PORT}(\s+[^;#]*?)\s+proxy_protocol\b([^;#]*);", re.MULTILINE
)


def behind_stream(text: str) -> str:
    """A site that listens on loopback, with the same options. Pure; the same text where it does so already."""

    def moved(found: re.Match[str]) -> str:
        address = "[::1]" if found[2].startswith("[") else LOOPBACK
        return f"{found[1]}{address}:{SITE_PORT}{found[3]} proxy_protocol;"

    return PUBLIC.sub(moved, text)


def on_public_port(text: str) -> str:
    """The reverse of behind_stream."""
    return BEHIND.sub(
        lambda found: f"{found[1]}{'[::]:' if found[2].startswith('[') else ''}443{found[3]}{found[4]};", text
    )


def stream_text(name: str) -> str:
    """The part of nginx that listens on 443. Pure.

    coturn does not take the PROXY protocol with TLS, so a second hop takes it off: it sees every client as loopback.
    """
    return f"""{HEADER}stream {{
    # By default, nginx has room for a name of 46 characters, and refuses its whole configuration with a longer one.
    map_hash_bucket_size 128;
    map $ssl_preread_server_name $jitsi_hetzner_443 {{
        {name} {LOOPBACK}:{RELAY_PORT};
        default {LOOPBACK}:{SITE_PORT};
    }}
    server {{
        listen 443;
        listen [::]:443;
        ssl_preread on;
        # A connection without a name, such as one that never says anything, waits no longer.
        preread_timeout 10s;
        proxy_connect_timeout 5s;
        proxy_timeout 1h;
        proxy_protocol on;
        proxy_pass $jitsi_hetzner_443;
    }}
    server {{
        listen {LOOPBACK}:{RELAY_PORT} proxy_protocol;
        proxy_connect_timeout 5s;
        proxy_timeout 1h;
        proxy_pass {LOOPBACK}:5349;
    }}
}}
"""


REAL_ADDRESS = f"""{HEADER}# The client's address comes from modules-enabled/90-jitsi-hetzner-turn.conf.
set_real_ip_from {LOOPBACK};
real_ip_header proxy_protocol;
"""


class Port443:
    """Of the web host's nginx."""

    def __init__(self, host: Host, given: TurnServerInput) -> None:
        self._host = host
        self._given = given
        nginx = host.paths.nginx
        self.site = nginx / "sites-available" / f"{given.domain}.conf"
        # The site of other names than the domain listens where the domain's site does.
        self._sites = (self.site, nginx / "conf.d" / "jitsi-hetzner-names.conf")
        self._stream = nginx / "modules-enabled" / "90-jitsi-hetzner-turn.conf"
        self._real_address = nginx / "conf.d" / "jitsi-hetzner-turn.conf"

    def share(self) -> bool:
        """turn.DOMAIN goes to coturn. Whether nginx took another configuration."""
        texts: dict[Path, str | None] = {
            path: behind_stream(text) for path in self._sites if (text := read_text(path)) is not None
        }
        if f"{LOOPBACK}:{SITE_PORT}" not in (texts.get(self.site) or ""):
            raise Failure(
                f'{self.site} has no line "listen 443 ssl;", so port 443 cannot be shared with the TURN server',
                f"correct {self.site}. {RETRY}. Or: pulumi config set turn false && pulumi up",
            )
        texts |= {self._stream: stream_text(self._given.name), self._real_address: REAL_ADDRESS}
        return self._take(texts)

    def give_back(self) -> bool:
        """The site alone. Whether nginx took another configuration."""
        if read_text(self._stream) is None:
            return False
        texts: dict[Path, str | None] = {
            path: on_public_port(text) for path in self._sites if (text := read_text(path)) is not None
        }
        return self._take(texts | {self._stream: None, self._real_address: None})

    def site_answers(self) -> bool:
        """Whether 443 leads to the site."""
        try:
            self._host.http.request("GET", LOOPBACK, self._host.ports.https, "/", tls_name=self._given.domain)
        except HttpError:
            return False
        return True

    def _take(self, texts: dict[Path, str | None]) -> bool:
        """Whole or not at all. nginx goes on with its old configuration where it refuses one, but could not start."""
        before = {path: read_text(path) for path in texts}
        if before == texts:
            return False
        _write(texts)
        tested = self._host.commands.run("nginx", "-t", seconds=SECONDS)
        if tested.code != 0:
            _write(before)
            reason = [line.strip() for line in tested.errors.splitlines() if "[emerg]" in line] or ["no reason given"]
            raise Failure(
                f"nginx refuses to share port 443 with the TURN server, and continues as before: {reason[-1]}",
                f"on the web host: nginx -t; repair the file that it names. {RETRY}",
            )
        # A reload cuts no connection: those of before stay with the workers of before.
        self._host.commands.run("systemctl", "reload", "nginx", seconds=SECONDS)
        if self._host.wait_for(SECONDS, "nginx to take its new configuration", self._has_taken):
            return True
        _write(before)
        self._host.commands.run("systemctl", "reload", "nginx", seconds=SECONDS)
        raise Failure(
            "nginx does not take the configuration by which port 443 is shared with the TURN server, and continues as "
            "before",
            "on the web host: grep -r 'listen.*443' /etc/nginx: another site may listen on 443; "
            f"tail /var/log/nginx/error.log. {RETRY}",
        )

    def _has_taken(self) -> bool:
        """By what listens: a reload that fails leaves the sockets of before."""
        listed = self._host.commands.run("ss", "-Htln", f"sport = :{SITE_PORT}", seconds=SECONDS)
        return (listed.output.strip() != "") == (read_text(self._stream) is not None) and self.site_answers()


def _write(texts: dict[Path, str | None]) -> None:
    for path, text in texts.items():
        if text is None:
            remove(path)
        else:
            write_text(path, text)
