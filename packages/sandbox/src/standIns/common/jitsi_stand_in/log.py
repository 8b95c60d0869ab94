"""Log lines in the format of Jitsi's own formatter, on standard output.

The service files append standard output to /var/log/jitsi/*.log, like the real packages.
"""

import logging
import sys
import threading


class JitsiFormatter(logging.Formatter):
    """`JVB 2026-08-14 10:20:30.123 INFO: [21] XmppConnection.login#42: text`"""

    LEVELS = {"WARNING": "WARNING", "ERROR": "SEVERE", "CRITICAL": "SEVERE", "DEBUG": "FINE"}

    def __init__(self, program: str) -> None:
        super().__init__()
        self.program = program

    def format(self, record: logging.LogRecord) -> str:
        when = self.formatTime(record, "%Y-%m-%d %H:%M:%S") + f".{int(record.msecs):03d}"
        level = self.LEVELS.get(record.levelname, record.levelname)
        place = f"{record.name}.{record.funcName}#{record.lineno}"
        thread = threading.get_native_id()
        text = f"{self.program} {when} {level}: [{thread}] {place}: {record.getMessage()}"
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return text


def configure(program: str) -> None:
    """Sends all log records to standard output, but those of aiohttp only from WARNING."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JitsiFormatter(program))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
