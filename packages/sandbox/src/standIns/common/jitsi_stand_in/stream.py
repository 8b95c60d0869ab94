"""One XMPP connection like Smack's: stream management with resumption.

The server keeps the state of a broken connection (prosody: smacks_hibernation_time), and the client
resumes it. A client that closes its stream ends that state.
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
class BrokenConnection:
    """Data that is needed to resume a broken connection."""

    jid: Any
    token: str
    handled: int
    sent: int
    acknowledged: int
    unacknowledged: deque[Any]


class Client(ClientXMPP):
    """Connects to exactly the given host, but verifies the name of the XMPP domain."""

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
        # slixmpp would add the system's store, which can change while the program runs.
        return self.ssl_context

    async def _pick_dns_answer(self, domain, port=None):
        return None

    def dial(self, host: str, port: int, domain: str) -> None:
        if hasattr(self, "enable_direct_tls"):
            # slixmpp 1.10 of Debian 13 would first try TLS without STARTTLS.
            self.enable_direct_tls = False
            self.connect(host, port)
        else:
            self.connect((host, port))
        # connect() sets the host as the name to verify. Change it back before the connection is
        # made.
        self.default_domain = domain

    def _note(self, stanza):
        self.last_received = asyncio.get_running_loop().time()
        return stanza

    @property
    def _management(self):
        return self.plugin["xep_0198"]

    def broken(self) -> Optional[BrokenConnection]:
        """Returns the data for a resumption. Call it after the connection has been lost."""
        m = self._management
        if not m.sm_id:
            return None
        return BrokenConnection(
            self.boundjid, m.sm_id, m.handled, m.seq, m.last_ack, deque(m.unacked_queue))

    def resume(self, broken: BrokenConnection) -> None:
        """Prepares a resumption. Call it before dial()."""
        m = self._management
        m.sm_id, m.handled = broken.token, broken.handled
        m.seq, m.last_ack = broken.sent, broken.acknowledged
        m.unacked_queue = broken.unacknowledged
        # A resumed stream does not bind a resource.
        self.boundjid = broken.jid

    def discard(self) -> None:
        """Removes a connection that was lost or never made."""
        self.cancel_connection_attempt()
        self.abort()
        if self._run_out_filters is not None:
            self._run_out_filters.cancel()

    def close(self) -> None:
        """Closes the stream like a stop of the program, so that it cannot be resumed."""
        self._management.sm_id = None
        if self.transport:
            self.send_raw(self.stream_footer)


class IqType(MatcherBase):
    """Matches iq requests of one type."""

    def match(self, xml) -> bool:
        return xml.xml.tag == "{jabber:client}iq" and xml.xml.get("type") == self._criteria
