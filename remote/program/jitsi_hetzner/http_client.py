"""HTTP to the bridges, to jicofo and to the own nginx.

Python's http.client takes 7 MB of memory and twice the start time, and bounds each read instead of the whole request.
Ninety drains run side by side, and a request that is not bounded hangs a drain. So this is HTTP/1.1 by hand, with a
connection for each request. jicofo's server (ktor) sends objects in chunks, also to a client of HTTP/1.0.
"""

import socket
import time
from typing import Protocol

MAX_BYTES = 16 * 1024 * 1024
DEFAULT_SECONDS = 5.0


class HttpError(Exception):
    """Why there is no answer that counts, in a few words."""


class Http(Protocol):
    """One request. The answer is its body as text; all but a 2xx status raises HttpError."""

    def request(
        self,
        method: str,
        address: str,
        port: int,
        path: str,
        *,
        body: str | None = None,
        seconds: float = DEFAULT_SECONDS,
        tls_name: str | None = None,
    ) -> str:
        """With a body, it is JSON. With a TLS name, TLS under that name, by whatever certificate."""


class SocketHttp:
    """Over the network. No proxy is ever used."""

    def request(
        self,
        method: str,
        address: str,
        port: int,
        path: str,
        *,
        body: str | None = None,
        seconds: float = DEFAULT_SECONDS,
        tls_name: str | None = None,
    ) -> str:
        """See Http. Takes `seconds` in all, whatever the server does."""
        deadline = time.monotonic() + seconds
        try:
            answer = _exchange(address, port, _text_of(method, tls_name or address, path, body), deadline, tls_name)
        except TimeoutError:
            raise HttpError(f"timed out after {seconds:g} s") from None
        except OSError as problem:
            raise HttpError((problem.strerror or str(problem)).lower()) from None
        return _body_of(answer)


def is_listening(address: str, port: int, seconds: float = DEFAULT_SECONDS) -> bool:
    """Whether a TCP port takes connections."""
    try:
        socket.create_connection((address, port), seconds).close()
    except OSError:
        return False
    return True


def _text_of(method: str, host: str, path: str, body: str | None) -> bytes:
    content = (body or "").encode()
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Accept: text/plain, application/json"]
    lines.append("Connection: close")
    if body is not None:
        lines.append("Content-Type: application/json")
    if method != "GET":
        lines.append(f"Content-Length: {len(content)}")
    return "\r\n".join([*lines, "", ""]).encode() + content


def _exchange(address: str, port: int, request: bytes, deadline: float, tls_name: str | None) -> bytes:
    with socket.create_connection((address, port), _left(deadline)) as plain:
        connection = plain if tls_name is None else _encrypted(plain, tls_name)
        with connection:
            connection.settimeout(_left(deadline))
            connection.sendall(request)
            answer = b""
            while not _is_whole(answer):
                connection.settimeout(_left(deadline))
                part = connection.recv(65536)
                if not part:
                    break
                answer += part
                if len(answer) > MAX_BYTES:
                    raise HttpError(f"the answer is longer than {MAX_BYTES} bytes")
            return answer


def _encrypted(plain: socket.socket, name: str) -> socket.socket:
    # Takes 5 MB, which only the acceptance needs.
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(plain, server_hostname=name)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _is_whole(answer: bytes) -> bool:
    """By its Content-Length. An answer without one ends with the connection."""
    head, blank, body = answer.partition(b"\r\n\r\n")
    length = _length_of(head)
    return blank != b"" and length is not None and len(body) >= length


def _length_of(head: bytes) -> int | None:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            return int(value)
    return None


def _body_of(answer: bytes) -> str:
    if not answer:
        raise HttpError("the connection was closed without an answer")
    head, blank, body = answer.partition(b"\r\n\r\n")
    words = head.split(b"\r\n", 1)[0].split()
    if len(words) < 2 or not words[0].startswith(b"HTTP/") or not words[1].isdigit() or not blank:
        raise HttpError("the answer is no HTTP")
    if not 200 <= int(words[1]) < 300:
        raise HttpError(f"it answers with the error {int(words[1])}")
    if b"\r\ntransfer-encoding:" in head.lower():
        return _joined(body).decode(errors="replace")
    length = _length_of(head)
    if length is not None and len(body) < length:
        raise HttpError(f"the answer is cut off after {len(body)} of {length} bytes")
    return body[:length].decode(errors="replace")


def _joined(chunks: bytes) -> bytes:
    """The body of an answer in chunks: each begins with its length in hexadecimal, and an empty one ends the body."""
    parts: list[bytes] = []
    begin = 0
    while True:
        end_of_line = chunks.find(b"\r\n", begin)
        length = _hexadecimal(chunks[begin:end_of_line]) if end_of_line >= 0 else None
        if length is None or len(chunks) < end_of_line + 2 + length:
            raise HttpError(f"the answer is cut off in its chunks, after {len(chunks)} bytes")
        if length == 0:
            return b"".join(parts)
        begin = end_of_line + 2 + length + 2
        parts.append(chunks[end_of_line + 2 : begin - 2])


def _hexadecimal(line: bytes) -> int | None:
    """What follows a semicolon is an extension."""
    digits = line.partition(b";")[0].strip()
    return int(digits, 16) if digits and all(digit in b"0123456789abcdefABCDEF" for digit in digits) else None
