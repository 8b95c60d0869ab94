"""`scan.py ADDRESS` tries every port: sends a datagram to each for UDP, connects to each for TCP, and prints the
TCP ports that answered, as JSON.
"""

import json
import resource
import select
import socket
import sys
import time

# A SYN that was lost is sent again after one second.
SECONDS = 1.5


def family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def tcp(address: str) -> list[int]:
    """All ports of a batch at once: what a filter swallows is waited for once, not port by port."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    batch = min(most - 64, 16384)
    return [port for first in range(1, 65536, batch) for port in answering(address, range(first, min(first + batch, 65536)))]


def answering(address: str, ports: range) -> list[int]:
    poll, waiting, found = select.epoll(), {}, []
    for port in ports:
        s = socket.socket(family(address))
        s.setblocking(False)
        s.connect_ex((address, port))
        poll.register(s, select.EPOLLOUT | select.EPOLLERR | select.EPOLLHUP)
        waiting[s.fileno()] = (s, port)
    end = time.monotonic() + SECONDS
    while waiting and (left := end - time.monotonic()) > 0:
        for number, _ in poll.poll(left, 4096):
            s, port = waiting.pop(number)
            if s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                found.append(port)
            s.close()
    for s, _ in waiting.values():
        s.close()
    return sorted(found)


def udp(address: str) -> None:
    """Sends only: whether a packet gets through is seen on the other side."""
    s = socket.socket(family(address), socket.SOCK_DGRAM)
    for port in range(1, 65536):
        s.sendto(b"", (address, port))


udp(sys.argv[1])
print(json.dumps(tcp(sys.argv[1])))
