"""The checks of ICE, as far as the network of a host sees them.

A browser names the address that it has at home too, and the bridge sends its checks to each address that it is told
(jitsi-videobridge: transport/ice/IceTransport.kt, addRemoteCandidates). Nobody is there, so the browser is reached at
another one.
"""

import logging
import socket

log = logging.getLogger("ConnectivityCheckClient")

# As browsers choose one: any that is free.
PORT = 50000


class Checks:
    """From the media port. Without a network, such as 192.168, nothing is sent."""

    def __init__(self, media: socket.socket, network: str) -> None:
        self._media = media
        self._network = network
        self._count = 0

    def try_homes(self, endpoints: int) -> None:
        """One address for each new endpoint."""
        for _ in range(endpoints if self._network else 0):
            self._count += 1
            self._try(f"::ffff:{self._network}.{self._count // 250 % 250}.{self._count % 250 + 1}")

    def _try(self, address: str) -> None:
        try:
            self._media.sendto(b"\x00\x01\x00\x00\x21\x12\xa4\x42" + bytes(12), (address, PORT))
        except OSError as problem:
            log.info("Failed to send BINDING-REQUEST(0x1): %s", problem)
