"""The HTTP client, against servers that behave, and that do not."""

import json
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable

from jitsi_hetzner.http_client import HttpError, SocketHttp, is_listening

from .build import temporary
from .case import Case, each

Talk = Callable[[socket.socket], None]


class Server:
    """Takes connections, one after the other."""

    def __init__(self, talk: Talk) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.received = b""
        threading.Thread(target=self._run, args=(talk,), daemon=True).start()

    def close(self) -> None:
        """The thread that accepts closes the socket. Its number is free then, and another server can get it."""
        self._socket.shutdown(socket.SHUT_RDWR)

    def _run(self, talk: Talk) -> None:
        with self._socket:
            while True:
                try:
                    connection, _ = self._socket.accept()
                except OSError:
                    return
                with connection:
                    self.received += connection.recv(65536)
                    talk(connection)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def answering(text: str) -> Talk:
    return lambda connection: connection.sendall(text.replace("\n", "\r\n").encode())


def trickling(connection: socket.socket) -> None:
    """A byte now and then: each read succeeds, and the answer never ends."""
    try:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(100):
            connection.sendall(b"x")
            time.sleep(0.1)
    except OSError:
        return


class Requests(Case):
    def server(self, talk: Talk) -> Server:
        server = Server(talk)
        self.addCleanup(server.close)
        return server

    def answer(self, talk: Talk, seconds: float = 5.0) -> str:
        return SocketHttp().request("GET", "127.0.0.1", self.server(talk).port, "/x", seconds=seconds)

    @each(
        ("HTTP/1.1 200 OK\nContent-Length: 2\n\nok", "ok"),
        ("HTTP/1.0 200 OK\n\nok", "ok"),
        ("HTTP/1.1 204 No Content\n\n", ""),
        ("HTTP/1.1 200 OK\ncontent-length: 2\n\nok and more than it says", "ok"),
        ("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2\nok\n0\n\n", "ok"),
        ("HTTP/1.0 200 OK\ntransfer-encoding: chunked\n\n2;name=x\nab\n1A\n" + 26 * "c" + "\n0\n\n", "ab" + 26 * "c"),
        ("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n0\n\n", ""),
    )
    def test_give_the_body_of_an_answer(self, text: str, body: str) -> None:
        self.assertEqual(self.answer(answering(text)), body)

    @each(
        ("HTTP/1.1 404 Not Found\n\n", "it answers with the error 404"),
        ("HTTP/1.1 500 Broken\nContent-Length: 6\n\nbroken", "it answers with the error 500"),
        ("HTTP/1.1 302 Found\nLocation: /y\n\n", "it answers with the error 302"),
        ("", "the connection was closed without an answer"),
        ("SSH-2.0-OpenSSH_9.2\n", "the answer is no HTTP"),
        ("HTTP/1.1 OK\n\n", "the answer is no HTTP"),
        ("HTTP/1.1 200 OK\nContent-Length: 3\n\nok", "the answer is cut off after 2 of 3 bytes"),
        ("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2\nok\n", "the answer is cut off in its chunks"),
        ("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3\nok", "the answer is cut off in its chunks"),
        ("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n", "the answer is cut off in its chunks"),
        ("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n-1\nok\n0\n\n", "the answer is cut off in its chunks"),
    )
    def test_fail_with_the_reason(self, text: str, reason: str) -> None:
        with self.assertRaises(HttpError) as raised:
            self.answer(answering(text))
        self.assertIn(reason, str(raised.exception))

    @each((lambda _connection: time.sleep(3),), (trickling,))
    def test_take_no_longer_than_they_may_whatever_the_server_does(self, talk: Talk) -> None:
        begin = time.monotonic()
        with self.assertRaises(HttpError) as raised:
            self.answer(talk, seconds=0.3)
        self.assertEqual(str(raised.exception), "timed out after 0.3 s")
        self.assertLess(time.monotonic() - begin, 2)

    def test_fail_where_nobody_listens(self) -> None:
        with self.assertRaises(HttpError) as raised:
            SocketHttp().request("GET", "127.0.0.1", free_port(), "/")
        self.assertEqual(str(raised.exception), "connection refused")

    def test_send_json_with_its_length_and_no_body_where_there_is_none(self) -> None:
        server = self.server(answering("HTTP/1.1 200 OK\nContent-Length: 0\n\n"))
        SocketHttp().request("POST", "127.0.0.1", server.port, "/x?y=1", body=json.dumps({"ä": 1}))
        head, _, body = server.received.partition(b"\r\n\r\n")
        self.assertEqual(json.loads(body), {"ä": 1})
        self.assertEqual(
            head.decode().split("\r\n"),
            [
                "POST /x?y=1 HTTP/1.1",
                "Host: 127.0.0.1",
                "Accept: text/plain, application/json",
                "Connection: close",
                "Content-Type: application/json",
                f"Content-Length: {len(body)}",
            ],
        )
        server.received = b""
        SocketHttp().request("POST", "127.0.0.1", server.port, "/")
        self.assertIn(b"Content-Length: 0\r\n\r\n", server.received)
        server.received = b""
        SocketHttp().request("GET", "127.0.0.1", server.port, "/")
        self.assertNotIn(b"Content-", server.received)

    def test_know_whether_a_port_takes_connections(self) -> None:
        server = self.server(answering(""))
        self.assertTrue(is_listening("127.0.0.1", server.port))
        self.assertFalse(is_listening("127.0.0.1", free_port()))


class Encrypted(Case):
    def test_requests_go_to_that_name_whatever_the_certificate_is(self) -> None:
        folder = temporary()
        self.addCleanup(folder.cleanup)
        files = {"key": f"{folder.name}/key", "certificate": f"{folder.name}/crt"}
        words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=other"]
        subprocess.run(
            ["openssl", *words, "-keyout", files["key"], "-out", files["certificate"]], capture_output=True, check=True
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files["certificate"], files["key"])
        names: list[str] = []
        context.sni_callback = lambda _socket, name, _context: names.append(name)
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def answer() -> None:
            plain, _ = listener.accept()
            with context.wrap_socket(plain, server_side=True) as connection:
                names.append(connection.recv(65536).decode().split("\r\n")[1])
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

        threading.Thread(target=answer, daemon=True).start()
        port = listener.getsockname()[1]
        self.assertEqual(SocketHttp().request("GET", "127.0.0.1", port, "/", tls_name="meet.example.org"), "ok")
        self.assertEqual(names, ["meet.example.org", "Host: meet.example.org"])
