"""Holds one websocket to prosody through nginx, as a browser does, until a file `FOLDER/stop` is there.

Arguments: DOMAIN FOLDER. Writes FOLDER/open when it is open, and FOLDER/end at the end: `alive`, or what happened.
Runs on the web host. Its TLS is verified as browsers verify it.
"""

import base64
import os
import socket
import ssl
import sys
import time
from pathlib import Path

domain, folder = sys.argv[1], Path(sys.argv[2])
# An empty ping, masked as a client's frames are.
PING = b"\x89\x80\x00\x00\x00\x00"
lines = [
    "GET /xmpp-websocket?room=held HTTP/1.1",
    f"Host: {domain}",
    "Connection: Upgrade",
    "Upgrade: websocket",
    f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Protocol: xmpp",
]
plain = socket.create_connection(("127.0.0.1", 443), timeout=10)
connection = ssl.create_default_context().wrap_socket(plain, server_hostname=domain)
connection.sendall("".join(f"{line}\r\n" for line in [*lines, ""]).encode())
answer = connection.recv(4096)
if b" 101 " not in answer:
    (folder / "end").write_text(f"no websocket: {answer[:200]!r}")
    sys.exit(1)
(folder / "open").write_text("open")


def is_alive() -> bool:
    """A pong comes for each ping."""
    try:
        connection.sendall(PING)
        return connection.recv(4096) != b""
    except OSError:
        return False


alive = True
while alive and not (folder / "stop").exists():
    alive = is_alive()
    time.sleep(0.5)
(folder / "end").write_text("alive" if alive else "closed")
