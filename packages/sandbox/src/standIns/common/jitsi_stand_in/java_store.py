#!/usr/bin/env python3
"""The hook of update-ca-certificates that maintains Java's trust store, like that of
ca-certificates-java.

Its input lists added (+) and removed (-) certificates by name. A certificate with the same name and
other content is in neither list, so Java keeps the old one until `update-ca-certificates --fresh`
lists all of them. The packages install this file as /etc/ca-certificates/update.d/jks-keystore. The
store is a file of PEM texts here, each below its alias.
"""

import glob
import os
import re
import sys

STORE = "/etc/ssl/certs/java/cacerts"


def read() -> dict[str, str]:
    if not os.path.exists(STORE):
        return {}
    with open(STORE, encoding="utf8") as file:
        parts = re.split(r"^# (debian:.*)\n", file.read(), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2]))


def write(certificates: dict[str, str]) -> None:
    os.makedirs(os.path.dirname(STORE), exist_ok=True)
    with open(f"{STORE}.new", "w", encoding="utf8") as file:
        for alias, pem in sorted(certificates.items()):
            file.write(f"# {alias}\n{pem}")
    os.replace(f"{STORE}.new", STORE)


def main() -> None:
    certificates = read()
    # Without a store (at the installation), add everything that the system trusts.
    first = not certificates
    changes = ["+" + path for path in glob.glob("/etc/ssl/certs/*.pem")] if first else []
    for line in changes + ([] if sys.stdin.isatty() else sys.stdin.read().split()):
        sign, path = line[0], line[1:]
        alias = f"debian:{os.path.basename(path)}"
        if sign == "-":
            certificates.pop(alias, None)
        elif os.path.exists(path):
            with open(path, encoding="utf8") as file:
                certificates[alias] = file.read()
    write(certificates)


main()
