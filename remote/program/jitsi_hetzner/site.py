"""What nginx serves: the files of the certificate, and the site of the other names."""

import re
from collections.abc import Sequence
from pathlib import Path

from .certbot import WEBROOT
from .certificate_input import CertificateInput
from .failure import Failure
from .files import read_text, write_secret, write_text
from .host import Host
from .https_site import DIRECTIVES, modern_site
from .prosody import LOOPBACK
from .x509 import Certificate, read_certificate

SECONDS = 30
HEADER = "# Managed by pulumi: changes here are lost."
LISTEN = re.compile(r"^\s*listen\s+([^;#]+);", re.MULTILINE)


class Site:
    """Of one cluster."""

    def __init__(self, host: Host, given: CertificateInput) -> None:
        self._host = host
        self._given = given

    @property
    def certificate(self) -> Path:
        """As Jitsi's own site for nginx names it."""
        return self._host.paths.meet / f"{self._given.domain}.crt"

    @property
    def key(self) -> Path:
        """Of the certificate."""
        return self._host.paths.meet / f"{self._given.domain}.key"

    @property
    def _own_site(self) -> Path:
        """Of Jitsi's packages."""
        return self._host.paths.nginx / "sites-available" / f"{self._given.domain}.conf"

    def installed(self) -> Certificate | None:
        """The certificate in nginx's file."""
        return read_certificate(self._host.commands, self.certificate)

    def install(self, chain: str, key: str) -> bool:
        """Writes both files. Whether one was another one."""
        # A link, such as that of another tool, is replaced, and its target stays as it is.
        for path in (self.key, self.certificate):
            if path.is_symlink():
                path.unlink()
        is_new_key = write_secret(self.key, key)
        return write_text(self.certificate, chain) or is_new_key

    def write_names(self, names: Sequence[str]) -> bool:
        """The site of all names but the domain. Whether it was another one."""
        path = self._host.paths.nginx / "conf.d" / "jitsi-hetzner-names.conf"
        others = [name for name in names if name != self._given.domain]
        text = read_text(self._own_site) or ""
        return write_text(path, names_site(self._given.domain, others, text, self.certificate, self.key))

    def write_https(self, *, is_trusted: bool) -> bool:
        """The domain's own site as browsers of today expect it. Whether it was another one.

        Raises Failure where nginx refuses it; the site is as before then.
        """
        path = self._own_site
        before = read_text(path)
        if before is None:
            return False
        after = modern_site(before, is_trusted=is_trusted)
        if not write_text(path, after):
            return False
        if self._host.commands.run("nginx", "-t", seconds=SECONDS).code == 0:
            return True
        write_text(path, before)
        if self._host.commands.run("nginx", "-t", seconds=SECONDS).code == 0:
            raise Failure(
                f"nginx refuses the settings of HTTPS in {path}, which stays as it was",
                "compare it with /usr/share/jitsi-meet-web-config/jitsi-meet.example. This host tries again by itself",
            )
        return False

    def serve(self) -> None:
        """nginx shows the certificate. Raises Failure where it does not."""
        installed = self.installed()
        if installed is None:
            raise Failure(f"{self.certificate} cannot be read as a certificate", "npm run repair -- web")
        self._reload_nginx()

    def is_served(self) -> bool:
        """Whether nginx shows what stands in the file."""
        installed = self.installed()
        return installed is not None and self._shown(self._host.ports.https) == installed.fingerprint

    def _shown(self, port: int) -> str | None:
        return self._host.wire.shown_certificate(LOOPBACK, port, self._given.domain)

    def _reload_nginx(self) -> None:
        tested = self._host.commands.run("nginx", "-t", seconds=SECONDS)
        if tested.code != 0:
            reason = [line for line in tested.errors.splitlines() if "[emerg]" in line] or ["no reason given"]
            raise Failure(
                f"nginx refuses its configuration and continues with the old one: {reason[-1].strip()}",
                "on the web host: nginx -t; repair the file that it names. This host tries again by itself",
            )
        self._host.commands.run("systemctl", "reload-or-restart", "nginx", seconds=SECONDS)
        port = self._host.ports.https
        if not self._host.wait_for(SECONDS, "nginx to show the certificate", self.is_served):
            raise Failure(
                f"nginx does not show the certificate in {self.certificate} on port {port}",
                "on the web host: systemctl status nginx; tail /var/log/nginx/error.log",
            )


def names_site(domain: str, names: Sequence[str], own_site: str, certificate: Path, key: Path) -> str:
    """Answers challenges for the other names, and redirects them to the domain. Pure.

    It listens where the domain's site listens, with the same options, because nginx takes them from one socket.
    """
    if not names:
        return f"{HEADER}\n"
    listens = [" ".join(found.split()) for found in LISTEN.findall(own_site)]
    plain = [one for one in listens if " ssl" not in one and " quic" not in one] or ["80", "[::]:80"]
    encrypted = [one for one in listens if " ssl" in one]
    servers = [_server(plain, names, [f"location / {{ return 301 https://{domain}$request_uri; }}"])]
    if encrypted:
        lines = [f"ssl_certificate {certificate};", f"ssl_certificate_key {key};"]
        lines += [f"{name} {value};" for name, value in DIRECTIVES.items()]
        servers.append(_server(encrypted, names, [*lines, f"return 301 https://{domain}$request_uri;"]))
    return "\n".join([HEADER, *servers, ""])


def _server(listens: Sequence[str], names: Sequence[str], lines: Sequence[str]) -> str:
    own = [f"listen {_without_default(one)};" for one in listens]
    challenge = f'location ^~ /.well-known/acme-challenge/ {{ default_type "text/plain"; root {WEBROOT}; }}'
    body = [*own, f"server_name {' '.join(names)};", *([challenge] if "location" in lines[0] else []), *lines]
    return "server {\n" + "".join(f"    {line}\n" for line in body) + "}"


def _without_default(listen: str) -> str:
    """Only one server of a socket can be the default one, and only one can set options of the socket."""
    return " ".join(word for word in listen.split() if not re.match("default_server|reuseport|ipv6only", word))
