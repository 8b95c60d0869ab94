"""The domain's own site in nginx: what a browser of today expects of HTTPS. Pure.

The file is of Jitsi's packages, which never write it again. Only the lines named here are changed.
"""

import re

# Mozilla's guidelines, "intermediate", version 5.7: https://ssl-config.mozilla.org
DIRECTIVES = {
    "ssl_protocols": "TLSv1.2 TLSv1.3",
    "ssl_ciphers": ":".join(
        [
            "ECDHE-ECDSA-AES128-GCM-SHA256",
            "ECDHE-RSA-AES128-GCM-SHA256",
            "ECDHE-ECDSA-AES256-GCM-SHA384",
            "ECDHE-RSA-AES256-GCM-SHA384",
            "ECDHE-ECDSA-CHACHA20-POLY1305",
            "ECDHE-RSA-CHACHA20-POLY1305",
            "DHE-RSA-AES128-GCM-SHA256",
            "DHE-RSA-AES256-GCM-SHA384",
            "DHE-RSA-CHACHA20-POLY1305",
        ]
    ),
    "ssl_ecdh_curve": "X25519:prime256v1:secp384r1",
    "ssl_prefer_server_ciphers": "off",
    "ssl_session_tickets": "off",
}
# Two years.
HSTS = 'add_header Strict-Transport-Security "max-age=63072000" always;'
HEADER = "Strict-Transport-Security"
# Before a line that waits for a certificate that browsers trust: a browser that has seen the header refuses any other.
WAITING = "# waits for a trusted certificate: "
# No issuer of today answers OCSP requests for its certificates.
OCSP = re.compile(
    r"^[ \t]*(ssl_stapling|ssl_stapling_verify|ssl_trusted_certificate|resolver|resolver_timeout)\s[^;]*;\n", re.M
)
SERVER = re.compile(r"^server\s*\{\n(?:.*\n)*?^\}", re.M)
ENCRYPTED = re.compile(r"^\s*listen\s[^;#]*\bssl\b", re.M)


def modern_site(text: str, *, is_trusted: bool) -> str:
    """The whole site. `is_trusted`: browsers accept its certificate."""

    def change(found: re.Match[str]) -> str:
        server = found[0]
        if ENCRYPTED.search(server) is None:
            return server
        server = OCSP.sub("", server)
        for name, value in DIRECTIVES.items():
            server = _set(server, name, value)
        return _without_http3(_hsts(_default(server), is_trusted))

    return SERVER.sub(change, text)


def _default(server: str) -> str:
    """Protocols and curves are those of the socket's default server, whatever name is asked for."""
    return re.sub(
        r"^([ \t]*listen\s[^;#]*\bssl\b[^;#]*);",
        lambda found: found[0] if "default_server" in found[1] else f"{found[1]} default_server;",
        server,
        flags=re.M,
    )


def _set(server: str, name: str, value: str) -> str:
    """In its place, or behind the server's name."""
    line = re.compile(rf"^([ \t]*){name}\s[^;]*;", re.M)
    if line.search(server) is not None:
        return line.sub(lambda found: f"{found[1]}{name} {value};", server, count=1)
    return _after_name(server, f"{name} {value};")


def _after_name(server: str, line: str) -> str:
    return re.sub(
        r"^([ \t]*)(server_name\s[^;]*;)", lambda found: f"{found[0]}\n{found[1]}{line}", server, count=1, flags=re.M
    )


def _hsts(server: str, is_trusted: bool) -> str:
    if HEADER not in server:
        server = _after_name(server, HSTS)
    plain = re.sub(rf"^([ \t]*){re.escape(WAITING)}(?=add_header {HEADER})", r"\1", server, flags=re.M)
    if is_trusted:
        return plain
    return re.sub(rf"^([ \t]*)(?=add_header {HEADER})", rf"\1{WAITING}", plain, flags=re.M)


def _without_http3(server: str) -> str:
    """Older versions of this program offered HTTP/3, with which no meeting works.

    nginx has no $http_host in it, which Jitsi's site sends to prosody as the host, and prosody answers 400 (nginx#455).
    After a reload, new connections get lost at the workers of before, which live as long as meetings (nginx#425).
    """
    lines = (
        "listen 443 quic reuseport;",
        "listen [::]:443 quic reuseport;",
        "add_header Alt-Svc 'h3=\":443\"; ma=86400';",
    )
    return "".join(line for line in server.splitlines(keepends=True) if line.strip() not in lines)
