"""Connections that are no HTTP: which certificate a port shows, and one request to a socket of a bridge."""

from typing import Protocol

# Of an answer.
MOST_BYTES = 8_000_000


class Wire(Protocol):
    """The network."""

    def shown_certificate(self, address: str, port: int, name: str) -> str | None:
        """SHA-256 of the certificate that a TLS server shows for the name, in hexadecimal digits. None without one."""

    def exchange(self, address: str, port: int, request: bytes, seconds: float) -> bytes:
        """What is answered until the connection ends. Empty where nobody answers."""


class SystemWire:
    """The host's own."""

    def shown_certificate(self, address: str, port: int, name: str) -> str | None:
        """See Wire. Who signed it does not count."""
        import hashlib
        import socket
        import ssl

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        try:
            with (
                socket.create_connection((address, port), 5) as plain,
                context.wrap_socket(plain, server_hostname=name) as encrypted,
            ):
                shown = encrypted.getpeercert(binary_form=True)
        except OSError:
            return None
        return None if shown is None else hashlib.sha256(shown).hexdigest()

    def exchange(self, address: str, port: int, request: bytes, seconds: float) -> bytes:
        """See Wire."""
        import socket

        answer = b""
        try:
            with socket.create_connection((address, port), seconds) as connection:
                connection.settimeout(seconds)
                connection.sendall(request)
                connection.shutdown(socket.SHUT_WR)
                while len(answer) < MOST_BYTES and (part := connection.recv(65536)):
                    answer += part
        except OSError:
            return answer
        return answer
