"""Copies of /etc/letsencrypt on bridges, so that a new web host does not order again.

A copy is encrypted with a secret of the stack, and signed (HMAC) with another key from the same secret. It travels over
the private network, to a socket of the bridge that only the web host reaches (jitsi-hetzner-copy.socket).
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from .certificate_input import CertificateInput, CopyPlace
from .failure import Failure
from .files import write_secret
from .host import Host

# So many bridges keep a copy.
PLACES = 2
SECONDS = 60
EXCHANGE_SECONDS = 10
CIPHER = ("-aes-256-cbc", "-pbkdf2", "-iter", "200000")


@dataclass(frozen=True)
class Copy:
    """What a bridge keeps."""

    # Nanoseconds since 1970 when it was made.
    made: int
    # Encrypted.
    content: bytes


class Copies:
    """Of one cluster."""

    def __init__(self, host: Host, given: CertificateInput) -> None:
        self._host = host
        self._given = given

    def store(self) -> dict[str, str]:
        """On the first bridges that take one. What the others said, by nickname."""
        if not self._given.copies:
            return {}
        packed = self._pack(self._host.clock.wall_clock_ns())
        stored = 0
        problems: dict[str, str] = {}
        for place in self._given.copies:
            if stored == PLACES:
                break
            problem = self._put(place, packed)
            if problem is None:
                stored += 1
            else:
                problems[place.nickname] = problem
        return problems if stored < min(PLACES, len(self._given.copies)) else {}

    def take(self) -> bool:
        """The newest copy that is this stack's becomes /etc/letsencrypt. False where there is none."""
        asked = self._host.parallel.threads([partial(self._get, place) for place in self._given.copies])
        found = sorted((one for one in asked if one is not None), key=lambda one: one.made, reverse=True)
        return any(self._unpack(one) for one in found)

    def _put(self, place: CopyPlace, packed: bytes) -> str | None:
        request = f"put {len(packed)} {hashlib.sha256(packed).hexdigest()}\n".encode() + packed
        answer = self._exchange(place, request)
        return None if answer == b"ok\n" else (answer.decode(errors="replace").strip() or "does not answer")

    def _get(self, place: CopyPlace) -> Copy | None:
        answer = self._exchange(place, b"get\n")
        return open_copy(self._given.copy_key, answer)

    def _exchange(self, place: CopyPlace, request: bytes) -> bytes:
        port = self._host.ports.bridge_copy
        return self._host.wire.exchange(place.address, port, request, EXCHANGE_SECONDS)

    def _pack(self, made: int) -> bytes:
        with TemporaryDirectory(dir=self._host.paths.run) as folder:
            plain, packed, password = (Path(folder) / name for name in ("plain", "packed", "password"))
            write_secret(password, encryption_key(self._given.copy_key))
            root = self._host.paths.letsencrypt
            self._expect("tar", "-C", str(root.parent), "-cf", str(plain), root.name)
            words = ("-e", *CIPHER, "-pass", f"file:{password}", "-in", str(plain), "-out", str(packed))
            self._expect("openssl", "enc", *words)
            return seal_copy(self._given.copy_key, made, packed.read_bytes())

    def _unpack(self, copy: Copy) -> bool:
        root = self._host.paths.letsencrypt
        with TemporaryDirectory(dir=self._host.paths.run) as folder:
            plain, packed, password = (Path(folder) / name for name in ("plain", "packed", "password"))
            write_secret(password, encryption_key(self._given.copy_key))
            packed.write_bytes(copy.content)
            words = ("-d", *CIPHER, "-pass", f"file:{password}", "-in", str(packed), "-out", str(plain))
            self._expect("openssl", "enc", *words)
            self._expect("tar", "-C", str(root.parent), "-xf", str(plain), root.name)
            return True

    def _expect(self, *words: str) -> None:
        ran = self._host.commands.run(*words, seconds=SECONDS)
        if ran.code != 0:
            reason = ran.errors.strip().splitlines()[-1:] or ["no reason given"]
            raise Failure(f"{words[0]} cannot pack or unpack the copy: {reason[0]}", "is the disk full? df -h")


def seal_copy(secret: str, made: int, content: bytes) -> bytes:
    """A line of JSON with the time and the signature, then the content."""
    head = {"version": 1, "made": made, "hmac": _signature(secret, made, content)}
    return json.dumps(head).encode() + b"\n" + content


def open_copy(secret: str, packed: bytes) -> Copy | None:
    """None for what was not sealed with this secret."""
    head, _, content = packed.partition(b"\n")
    try:
        fields = json.loads(head)
        made, signature = int(fields["made"]), str(fields["hmac"])
    except (ValueError, KeyError, TypeError):
        return None
    return Copy(made, content) if hmac.compare_digest(signature, _signature(secret, made, content)) else None


def encryption_key(secret: str) -> str:
    """Another key than the one that signs."""
    return hmac.new(secret.encode(), b"encryption", hashlib.sha256).hexdigest()


def _signature(secret: str, made: int, content: bytes) -> str:
    key = hmac.new(secret.encode(), b"signature", hashlib.sha256).digest()
    return hmac.new(key, str(made).encode() + b"\n" + content, hashlib.sha256).hexdigest()
