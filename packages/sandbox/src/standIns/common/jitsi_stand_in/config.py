"""The two formats of configuration files that Jitsi's programs read, and the Java options.

HOCON is read by ruby-hocon. The real packages depend on it too, and their maintainer scripts use
its `hocon` tool. It runs once at the start and takes 80 ms.
"""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_TO_JSON = "require 'hocon'; require 'json'; puts JSON.generate(Hocon.load(ARGV[0]))"
_UNITS = {
    "ns": 1e-9, "us": 1e-6, "ms": 1e-3, "milli": 1e-3, "millis": 1e-3, "millisecond": 1e-3,
    "milliseconds": 1e-3, "s": 1, "second": 1, "seconds": 1, "m": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hour": 3600, "hours": 3600, "d": 86400, "day": 86400, "days": 86400,
}
_MISSING = object()


class ConfigError(Exception):
    """A file that cannot be read. The real programs also end then, and systemd restarts them."""


class Hocon:
    """A resolved HOCON file with built-in defaults. Values are read by dotted paths."""

    def __init__(self, tree: dict[str, Any]) -> None:
        self.tree = tree

    @classmethod
    def load(cls, path: str) -> "Hocon":
        """Reads the file of -Dconfig.file. Raises ConfigError if it is missing or invalid."""
        if not Path(path).is_file():
            raise ConfigError(f"{path}: no such file (-Dconfig.file)")
        run = subprocess.run(
            ["ruby", "-e", _TO_JSON, path], capture_output=True, text=True, timeout=30, check=False
        )
        if run.returncode != 0:
            reason = run.stderr.strip().splitlines()[:1] or ["ruby-hocon failed"]
            raise ConfigError(f"{path}: {reason[0]}")
        return cls(json.loads(run.stdout))

    def get(self, path: str, default: Any = None) -> Any:
        node: Any = self.tree
        for key in path.split("."):
            node = node.get(key, _MISSING) if isinstance(node, dict) else _MISSING
            if node is _MISSING or node is None:
                return default
        return node

    def flag(self, path: str, default: bool) -> bool:
        """In HOCON, booleans can be true, yes, on, and quoted strings."""
        return truth(self.get(path, default), path)

    def seconds(self, path: str, default: float) -> float:
        """A duration such as `1 minute`. A bare number is in milliseconds, like in Typesafe config."""
        value = self.get(path)
        if value is None:
            return default
        match = re.fullmatch(r"\s*([\d.]+)\s*([a-z]*)\s*", str(value))
        if not match or (match[2] and match[2] not in _UNITS):
            raise ConfigError(f"{path} = {value!r} is not a duration")
        return float(match[1]) * (_UNITS[match[2]] if match[2] else 1e-3)


def truth(value: Any, path: str) -> bool:
    text = str(value).lower()
    if text in ("true", "yes", "on"):
        return True
    if text in ("false", "no", "off"):
        return False
    raise ConfigError(f"{path} = {value!r} is not a boolean")


def read_properties(path: str) -> dict[str, str]:
    """A Java .properties file. Empty if the file is missing, because it is optional and not
    installed.
    """
    try:
        text = Path(path).read_text("latin-1")
    except FileNotFoundError:
        return {}
    # A backslash at the end of a line joins it with the next line, without that line's indent.
    text = re.sub(r"(?<!\\)((?:\\\\)*)\\\r?\n[ \t\f]*", r"\1", text)
    properties = {}
    for line in text.splitlines():
        line = line.lstrip(" \t\f")
        if not line or line[0] in "#!":
            continue
        match = re.match(r"((?:\\.|[^\\=: \t\f])*)[ \t\f]*[=:]?[ \t\f]*(.*)", line)
        if match:
            properties[_unescape(match[1])] = _unescape(match[2])
    return properties


def _unescape(text: str) -> str:
    special = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}

    def one(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 16))
        return special.get(match[2], match[2])

    return re.sub(r"\\(?:u([0-9a-fA-F]{4})|(.))", one, text)


@dataclass
class JavaOptions:
    """The command line of the start scripts for a JVM: -Xmx, -XX switches and -D definitions."""

    max_memory: str = ""
    heap_dump_path: str = "."
    switches: dict[str, bool] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_process(cls) -> "JavaOptions":
        """Those of this process. As Java reads them, the ones in the environment come last and count."""
        more = os.environ.get("_JAVA_OPTIONS")
        if more is not None:
            print(f"Picked up _JAVA_OPTIONS: {more}", flush=True)
        return cls.parse([*sys.argv[1:], *(more or "").split()])

    @classmethod
    def parse(cls, arguments: list[str]) -> "JavaOptions":
        options = cls()
        for argument in arguments:
            if argument.startswith("-Xmx"):
                options.max_memory = argument[4:]
                # A JVM does not start with an invalid heap size.
                if not re.fullmatch(r"\d+[kKmMgGtT]?", options.max_memory):
                    raise ConfigError(f"Invalid maximum heap size: {argument}")
            elif argument.startswith("-XX:HeapDumpPath="):
                options.heap_dump_path = argument.partition("=")[2]
            elif re.match("-XX:[+-]", argument):
                options.switches[argument[5:]] = argument[4] == "+"
            elif argument.startswith("-D"):
                name, _, value = argument[2:].partition("=")
                options.properties[name] = value
        return options

    @property
    def legacy_file(self) -> str:
        """sip-communicator.properties in the folder of the SC_HOME_DIR options."""
        location = self.properties.get("net.java.sip.communicator.SC_HOME_DIR_LOCATION", "")
        name = self.properties.get("net.java.sip.communicator.SC_HOME_DIR_NAME", "")
        return str(Path(location, name, "sip-communicator.properties"))
