"""A recorder, and its part of a verb's JSON."""

from dataclasses import dataclass

from .bridge import Bridge
from .decode import Address, Name, Nickname


@dataclass(frozen=True)
class Recorder(Bridge):
    """Which recorder a verb is about. It is named, reached, locked and registered as a bridge is."""


@dataclass(frozen=True)
class RecorderInput:
    """Which recorder a verb is about."""

    # For people: jibri-0.
    name: Name
    # Its nickname in jicofo's room: jibri-<server id>.
    nickname: Nickname
    # Of its control port, in the private network.
    address: Address

    @property
    def recorder(self) -> Recorder:
        """The recorder itself."""
        return Recorder(self.name, self.nickname, self.address)


@dataclass(frozen=True)
class RecorderServiceInput:
    """A recorder that enters the cluster."""

    recorder: RecorderInput
    # Whether it is taken out of service instead, and stays.
    draining: bool


@dataclass(frozen=True)
class RecorderDrainInput:
    """A recorder that leaves the cluster."""

    recorder: RecorderInput


@dataclass(frozen=True)
class DeclaredRecorder:
    """A recorder that `pulumi up` answers for."""

    # For people: jibri-0.
    name: Name
    # Its nickname in jicofo's room: jibri-<server id>.
    nickname: Nickname
    # Of its control port, in the private network.
    address: Address
    # Whether it stays, but records nothing (drainingRecorders).
    draining: bool

    @property
    def recorder(self) -> Recorder:
        """The recorder itself."""
        return Recorder(self.name, self.nickname, self.address)
