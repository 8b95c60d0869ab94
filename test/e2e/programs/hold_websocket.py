"""Opens a websocket to prosody through nginx, and prints "ready". It holds it for so many seconds and until stdin ends, and
then prints "held" if it is still open. Arguments: ADDRESS DOMAIN SECONDS.
"""

import select
import socket
import ssl
import sys
import time

address, domain, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
connection = context.wrap_socket(socket.create_connection((address, 443)), server_hostname=domain)
connection.sendall(
    f"GET /xmpp-websocket HTTP/1.1\r\nHost: {domain}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: xmpp\r\n\r\n".encode()
)
if b" 101 " not in connection.recv(4096):
    sys.exit("no websocket")
print("ready", flush=True)
# A ping every two seconds: nginx closes a websocket on which nothing comes for a minute.
connection.settimeout(2)
end = time.monotonic() + seconds
while time.monotonic() < end or not select.select([sys.stdin], [], [], 0)[0]:
    connection.sendall(b"\x89\x80\x00\x00\x00\x00")
    try:
        if not connection.recv(4096):
            sys.exit("closed")
        time.sleep(1)
    except TimeoutError:
        pass
print("held")
