"""Opens websockets to prosody through nginx, as browsers do, and keeps them all open.

Arguments: DOMAIN COUNT. Prints how many were open at the end. Runs on the web host.
"""

import os
import base64
import resource
import socket
import ssl
import sys
import time

domain, count = sys.argv[1], int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_NOFILE, (count + 100, count + 100))

context = ssl._create_unverified_context()
# Its sessions are taken up again: one full handshake with a key of 4,096 bits, not one for each.
context.maximum_version = ssl.TLSVersion.TLSv1_2
session = None


def request(number: int) -> bytes:
    lines = [
        f"GET /xmpp-websocket?room=room{number} HTTP/1.1",
        f"Host: {domain}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Protocol: xmpp",
    ]
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode()


def is_open(connection: ssl.SSLSocket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(1) != b""
    except ssl.SSLWantReadError:
        return True
    except OSError:
        return False


# An empty ping, masked as a client's frames are. nginx closes a websocket on which nothing comes for a minute, and on a
# busy machine it takes longer than that to open them all.
PING = b"\x89\x80\x00\x00\x00\x00"
PING_SECONDS = 15.0

connections = []
pinged = time.monotonic()
for number in range(count):
    if time.monotonic() - pinged > PING_SECONDS:
        pinged = time.monotonic()
        for connection in connections:
            connection.sendall(PING)
    plain = socket.create_connection(("127.0.0.1", 443), timeout=10)
    try:
        connection = context.wrap_socket(plain, server_hostname=domain, session=session)
        session = connection.session
        connection.sendall(request(number))
        answer = connection.recv(4096)
    except OSError as error:
        answer = str(error).encode()
    if b" 101 " not in answer:
        print(f"connection {number}: {answer.decode()}", file=sys.stderr)
        break
    connections.append(connection)

print(sum(is_open(connection) for connection in connections))
