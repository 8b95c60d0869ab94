"""An XMPP account and its rooms, from the configuration files."""

from dataclasses import dataclass


@dataclass
class Account:
    host: str
    port: int
    domain: str
    username: str
    password: str
    nickname: str
    rooms: list[str]
    verify: bool = True
