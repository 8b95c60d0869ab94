"""No connections but HTTP."""


class NoWire:
    """For verbs that need none."""

    def shown_certificate(self, address: str, port: int, name: str) -> str | None:
        raise AssertionError(f"nobody asks for the certificate of {name}")

    def exchange(self, address: str, port: int, request: bytes, seconds: float) -> bytes:
        raise AssertionError(f"nobody asks for port {port}")
