"""An XMPP account and the rooms it is to be in: what the configuration files say of it."""

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
