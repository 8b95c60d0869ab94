"""Requests of one line, over real connections."""

import socket
import struct
import threading
import time
from collections.abc import Callable

from jitsi_hetzner.http_client import HttpError
from jitsi_hetzner.line_client import ask_for_lines

from .case import Case

Answer = Callable[[socket.socket], None]


class Lines(Case):
    def serve(self, answer: Answer) -> int:
        """A server for one connection."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def run() -> None:
            connection, _ = listener.accept()
            with connection:
                answer(connection)

        threading.Thread(target=run, daemon=True).start()
        return int(listener.getsockname()[1])

    def test_send_the_request_and_come_as_they_are_made(self) -> None:
        requests: list[bytes] = []
        may_go_on = threading.Event()

        def answer(connection: socket.socket) -> None:
            requests.append(connection.recv(100))
            connection.sendall(b"one\ntw")
            may_go_on.wait(5)
            connection.sendall(b"o\nexit 0\n")

        lines = ask_for_lines("127.0.0.1", self.serve(answer), "apply restart", 5.0)
        self.assertEqual(next(lines), "one")
        may_go_on.set()
        self.assertEqual((list(lines), requests), (["two", "exit 0"], [b"apply restart\n"]))

    def test_take_no_longer_than_they_may_in_all(self) -> None:
        def answer(connection: socket.socket) -> None:
            for _ in range(40):
                time.sleep(0.05)
                try:
                    connection.sendall(b"still\n")
                except OSError:
                    return

        begin = time.monotonic()
        with self.assertRaisesRegex(HttpError, r"timed out after 0\.3 s"):
            list(ask_for_lines("127.0.0.1", self.serve(answer), "apply", 0.3))
        self.assertLess(time.monotonic() - begin, 1.5)

    def test_fail_where_the_connection_breaks(self) -> None:
        def answer(connection: socket.socket) -> None:
            connection.sendall(b"one\n")
            connection.recv(100)
            # A reset instead of an end.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        lines = ask_for_lines("127.0.0.1", self.serve(answer), "apply", 5.0)
        with self.assertRaisesRegex(HttpError, "reset"):
            list(lines)

    def test_fail_where_the_port_is_closed(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = int(listener.getsockname()[1])
        with self.assertRaisesRegex(HttpError, "refused"):
            list(ask_for_lines("127.0.0.1", port, "settings", 5.0))

    def test_fail_where_the_answer_is_one_line_without_an_end(self) -> None:
        def answer(connection: socket.socket) -> None:
            connection.recv(100)
            for _ in range(10):
                try:
                    connection.sendall(b"x" * 65536)
                except OSError:
                    return

        with self.assertRaisesRegex(HttpError, "has no lines"):
            list(ask_for_lines("127.0.0.1", self.serve(answer), "settings", 5.0))
