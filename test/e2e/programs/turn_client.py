"""A TURN client: what a browser behind a firewall does to reach a bridge. Prints JSON.

Arguments: the JSON of `{"server": ADDRESS, "port": N, "name": TLS-NAME or null for UDP, "secret": SECRET, "realm": REALM,
"permissions": [PEER], "echo": [ADDRESS, PORT] or null, "seconds": N, "held": true or missing}`.
- permissions: for each peer address the error code of CreatePermission, 0 if the server allows it.
- echo: sends a numbered datagram every 0.1 s to this peer for `seconds`, and counts those that come back.
- held: prints `ready` on a line of its own once the first one is back, and goes on after the `seconds` until stdin ends.
"""

import base64
import hashlib
import hmac
import ipaddress
import json
import os
import select
import socket
import ssl
import struct
import sys
import time

COOKIE = 0x2112A442
ALLOCATE, REFRESH, PERMISSION, SEND, DATA = 0x003, 0x004, 0x008, 0x016, 0x017
USERNAME, INTEGRITY, ERROR, PEER, DATA_ATTRIBUTE = 0x006, 0x008, 0x009, 0x012, 0x013
REALM, NONCE, RELAYED, TRANSPORT, FAMILY = 0x014, 0x015, 0x016, 0x019, 0x017
UDP = 17


class Client:
    def __init__(self, server, port, name, secret, realm):
        self.is_tcp = name is not None
        kind = socket.AF_INET6 if ":" in server else socket.AF_INET
        self.socket = socket.socket(kind, socket.SOCK_STREAM if self.is_tcp else socket.SOCK_DGRAM)
        self.socket.settimeout(10)
        self.socket.connect((server, port))
        self.certificate = None
        if self.is_tcp:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            self.socket = context.wrap_socket(self.socket, server_hostname=name)
            self.certificate = hashlib.sha256(self.socket.getpeercert(binary_form=True)).hexdigest()
        self.buffer = b""
        self.username = str(int(time.time()) + 3600)
        self.password = base64.b64encode(hmac.new(secret.encode(), self.username.encode(), "sha1").digest()).decode()
        self.realm, self.nonce = realm, b""
        self.data = []

    def attribute(self, kind, value):
        return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)

    def message(self, kind, body, signed=True, transaction=None):
        transaction = transaction or os.urandom(12)
        if signed and self.nonce:
            body += self.attribute(USERNAME, self.username.encode())
            body += self.attribute(REALM, self.realm.encode()) + self.attribute(NONCE, self.nonce)
            head = struct.pack("!HHI", kind, len(body) + 24, COOKIE) + transaction
            key = hashlib.md5(f"{self.username}:{self.realm}:{self.password}".encode()).digest()
            body += self.attribute(INTEGRITY, hmac.new(key, head + body, "sha1").digest())
        return struct.pack("!HHI", kind, len(body), COOKIE) + transaction + body

    def receive(self):
        """The next message: its kind, transaction and attributes."""
        if not self.is_tcp:
            whole = self.socket.recv(65536)
        else:
            while len(self.buffer) < 20 or len(self.buffer) < 20 + struct.unpack("!H", self.buffer[2:4])[0]:
                part = self.socket.recv(65536)
                if not part:
                    raise ConnectionError("the server closed the connection")
                self.buffer += part
            size = 20 + struct.unpack("!H", self.buffer[2:4])[0]
            whole, self.buffer = self.buffer[:size], self.buffer[size:]
        kind, size = struct.unpack("!HH", whole[:4])
        attributes, rest = {}, whole[20 : 20 + size]
        while len(rest) >= 4:
            name, length = struct.unpack("!HH", rest[:4])
            attributes[name] = rest[4 : 4 + length]
            rest = rest[4 + length + (-length % 4) :]
        return kind, whole[8:20], attributes

    def ask(self, method, body):
        """The error code of a request, 0 for success, and the attributes of the answer."""
        for _ in range(3):
            transaction = os.urandom(12)
            self.socket.send(self.message(method, body, transaction=transaction))
            while True:
                kind, answered, attributes = self.receive()
                if kind == DATA:
                    self.data.append(attributes[DATA_ATTRIBUTE])
                elif answered == transaction:
                    break
            if not kind & 0x100 or not kind & 0x010:
                return 0, attributes
            code = attributes[ERROR][2] * 100 + attributes[ERROR][3]
            if code not in (401, 438) or self.nonce == attributes.get(NONCE):
                return code, attributes
            self.nonce, self.realm = attributes[NONCE], attributes[REALM].decode()
        return code, attributes

    def address(self, text, port=0):
        packed = ipaddress.ip_address(text).packed
        mask = struct.pack("!I", COOKIE) + self.transaction if len(packed) == 16 else struct.pack("!I", COOKIE)
        mixed = bytes(one ^ two for one, two in zip(packed, mask))
        return struct.pack("!BBH", 0, 2 if len(packed) == 16 else 1, port ^ (COOKIE >> 16)) + mixed

    def request_for(self, method, peer, port=0, data=None):
        """The address of IPv6 is mixed with the transaction, so both are made together."""
        self.transaction = os.urandom(12)
        body = self.attribute(PEER, self.address(peer, port))
        if data is not None:
            body += self.attribute(DATA_ATTRIBUTE, data)
        return body

    def permit(self, peer):
        for _ in range(2):
            body = self.request_for(PERMISSION, peer)
            self.socket.send(self.message(PERMISSION, body, transaction=self.transaction))
            while True:
                kind, answered, attributes = self.receive()
                if kind == DATA:
                    self.data.append(attributes[DATA_ATTRIBUTE])
                elif answered == self.transaction:
                    break
            if not kind & 0x010:
                return 0
            code = attributes[ERROR][2] * 100 + attributes[ERROR][3]
            if code != 438:
                return code
            self.nonce = attributes[NONCE]
        return code

    def send(self, peer, port, data):
        body = self.request_for(SEND, peer, port, data)
        self.socket.send(self.message(0x016, body, signed=False, transaction=self.transaction))

    def take(self):
        """Keeps the data of the next message, if one comes before the timeout."""
        try:
            kind, _, attributes = self.receive()
            if kind == DATA:
                self.data.append(attributes[DATA_ATTRIBUTE])
        except TimeoutError:
            pass


def main(given):
    client = Client(given["server"], given["port"], given["name"], given["secret"], given["realm"])
    family = given.get("family", 4)
    body = client.attribute(TRANSPORT, struct.pack("!Bxxx", UDP))
    if family == 6:
        body += client.attribute(FAMILY, struct.pack("!Bxxx", 2))
    code, attributes = client.ask(ALLOCATE, body)
    found = {"allocate": code, "certificate": client.certificate, "permissions": {}}
    if code == 0:
        found["permissions"] = {peer: client.permit(peer) for peer in given["permissions"]}
        if given.get("echo"):
            found["echo"] = echo(client, *given["echo"], given["seconds"], given.get("held", False))
        client.ask(REFRESH, client.attribute(0x00D, struct.pack("!I", 0)))
    print(json.dumps(found))


def is_told_to_end():
    return bool(select.select([sys.stdin], [], [], 0)[0])


def echo(client, peer, port, seconds, held):
    """How many datagrams went and came back, and the longest time without any."""
    refused = client.permit(peer)
    begin = last = time.monotonic()
    permitted, sent, back, gap = begin, 0, 0, 0.0
    client.socket.settimeout(0.1)
    while (now := time.monotonic()) < begin + seconds or (held and not is_told_to_end()):
        # A browser renews its permissions, which last for five minutes, all the time.
        if now > permitted + 5:
            client.socket.settimeout(5)
            refused = refused or client.permit(peer)
            client.socket.settimeout(0.1)
            permitted = now
        client.send(peer, port, str(sent).encode())
        sent += 1
        client.take()
        if len(client.data) > back:
            if held and back == 0:
                print("ready", flush=True)
            gap, last, back = max(gap, time.monotonic() - last), time.monotonic(), len(client.data)
        time.sleep(max(0, now + 0.1 - time.monotonic()))
    gap = max(gap, time.monotonic() - last)
    # The last ones are on their way yet.
    end = time.monotonic() + 3
    while len(client.data) < sent and time.monotonic() < end:
        client.take()
    return {"refused": refused, "sent": sent, "back": len(client.data), "gap": round(gap, 1)}


main(json.loads(sys.argv[1]))
