"""Trust in the server's certificate, like in Java.

Java reads its store once at the start of the program, so a certificate that is added later is known
after the next start. A certificate in the store is accepted even if it has expired. Any other
certificate needs a valid chain.
"""

import ssl
import time
from typing import Optional

JAVA_STORE = "/etc/ssl/certs/java/cacerts"

# OpenSSL's X509_V_FLAG_NO_CHECK_TIME, which has no name in Python. `problem` checks the time
# instead.
NO_CHECK_TIME = 0x200000


class TrustStore:
    """The certificates in a file of PEM texts, read once."""

    def __init__(self, path: str = JAVA_STORE) -> None:
        with open(path, encoding="utf8") as file:
            self._pem = _certificates(file.read())
        self._der = {ssl.PEM_cert_to_DER_cert(pem) for pem in self._pem}

    def context(self) -> ssl.SSLContext:
        """An SSL context for one client connection. It trusts this store only."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if self._pem:
            context.load_verify_locations(cadata="\n".join(self._pem))
        # Partial chains: the issuer of a certificate in the store need not be in the store.
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
        """Why a certificate with a valid chain is refused; None if it is accepted."""
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
