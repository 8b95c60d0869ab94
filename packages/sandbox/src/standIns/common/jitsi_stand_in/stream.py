"""One XMPP connection as Smack makes it: stream management with resumption.

The server keeps what a killed connection was in (prosody: smacks_hibernation_time), and a client
whose connection broke goes on with it. A client that closes its stream gives that up.
"""

import asyncio
import logging
import ssl
from collections import deque
from dataclasses import dataclass
from typing import Any, Optional

from slixmpp import ClientXMPP
from slixmpp.xmlstream.matcher.base import MatcherBase

from .account import Account

log = logging.getLogger("MucClient")


@dataclass
class Broken:
    """What is needed to go on with a connection that broke."""

    jid: Any
    token: str
    handled: int
    sent: int
    acknowledged: int
    unacknowledged: deque[Any]


class Client(ClientXMPP):
    """Dials exactly the host that it is told, but verifies the XMPP domain's name."""

    def __init__(self, account: Account, trusted: ssl.SSLContext) -> None:
        super().__init__(f"{account.username}@{account.domain}", account.password)
        self.register_plugin("xep_0198")
        self.last_received = asyncio.get_running_loop().time()
        self.add_filter("in", self._note)
        self.ssl_context = trusted
        if not account.verify:
            log.warning("Disabling certificate verification!")
            self.ssl_context.check_hostname = False
            self.ssl_context.verify_mode = ssl.CERT_NONE

    def get_ssl_context(self) -> ssl.SSLContext:
        # slixmpp would add the system's store, which changes while the program runs.
        return self.ssl_context

    async def _pick_dns_answer(self, domain, port=None):
        return None

    def dial(self, host: str, port: int, domain: str) -> None:
        if hasattr(self, "enable_direct_tls"):
            # slixmpp 1.10 of Debian 13, which would try TLS without STARTTLS first.
            self.enable_direct_tls = False
            self.connect(host, port)
        else:
            self.connect((host, port))
        # connect() takes a host name for the name in the certificate; the dial itself comes later.
        self.default_domain = domain

    def _note(self, stanza):
        self.last_received = asyncio.get_running_loop().time()
        return stanza

    @property
    def _management(self):
        return self.plugin["xep_0198"]

    def broken(self) -> Optional[Broken]:
        """To be asked once the connection is gone."""
        m = self._management
        if not m.sm_id:
            return None
        return Broken(self.boundjid, m.sm_id, m.handled, m.seq, m.last_ack, deque(m.unacked_queue))

    def go_on_with(self, broken: Broken) -> None:
        """To be called before dial()."""
        m = self._management
        m.sm_id, m.handled = broken.token, broken.handled
        m.seq, m.last_ack = broken.sent, broken.acknowledged
        m.unacked_queue = broken.unacknowledged
        # A resumed stream binds no resource.
        self.boundjid = broken.jid

    def give_up(self) -> None:
        """Leaves nothing of a connection that is lost, or that never was."""
        self.cancel_connection_attempt()
        self.abort()
        if self._run_out_filters is not None:
            self._run_out_filters.cancel()

    def close(self) -> None:
        """Ends the stream as a stop of the program does: nobody can go on with it."""
        self._management.sm_id = None
        if self.transport:
            self.send_raw(self.stream_footer)


class IqType(MatcherBase):
    """Matches iq requests of one type."""

    def match(self, xml) -> bool:
        return xml.xml.tag == "{jabber:client}iq" and xml.xml.get("type") == self._criteria
