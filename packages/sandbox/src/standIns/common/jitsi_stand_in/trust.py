"""Trust in the server's certificate, as Java has it.

Java reads its store once, when the program starts: a certificate that comes later is known after the next start. A
certificate that itself is in the store is accepted, even when it has expired; every other one needs a valid chain.
"""

import ssl
import time
from typing import Optional

JAVA_STORE = "/etc/ssl/certs/java/cacerts"

# OpenSSL's X509_V_FLAG_NO_CHECK_TIME, for which Python has no name. `problem` checks the time instead.
NO_CHECK_TIME = 0x200000


class TrustStore:
    """The certificates of a file of PEM texts, as they are now."""

    def __init__(self, path: str = JAVA_STORE) -> None:
        with open(path, encoding="utf8") as file:
            self._pem = _certificates(file.read())
        self._der = {ssl.PEM_cert_to_DER_cert(pem) for pem in self._pem}

    def context(self) -> ssl.SSLContext:
        """For one connection as a client. Nothing but this store is trusted."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if self._pem:
            context.load_verify_locations(cadata="\n".join(self._pem))
        # Partial chains: a certificate in the store needs no issuer in it.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | NO_CHECK_TIME
        store = self

        class Checked(ssl.SSLObject):
            def do_handshake(self) -> None:
                super().do_handshake()
                problem = store.problem(self.getpeercert(True), self.getpeercert())
                if problem is not None:
                    raise ssl.SSLCertVerificationError(1, f"certificate verify failed: {problem}")

        context.sslobject_class = Checked
        return context

    def problem(self, der: Optional[bytes], fields: Optional[dict]) -> Optional[str]:
        """Why a certificate with a valid chain is refused all the same; None where it is not."""
        if der in self._der:
            return None
        now = time.time()
        if not fields or ssl.cert_time_to_seconds(fields["notAfter"]) < now:
            return "certificate has expired"
        if ssl.cert_time_to_seconds(fields["notBefore"]) > now:
            return "certificate is not yet valid"
        return None


def _certificates(text: str) -> list[str]:
    begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
    return [begin + part.split(end)[0] + end + "\n" for part in text.split(begin)[1:]]
