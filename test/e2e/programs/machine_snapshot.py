"""Prints what a machine has, as JSON: lists of lines by part. Two snapshots of an unchanged machine are equal."""

import contextlib
import hashlib
import json
import os
import pwd
import grp
import re
import stat
import subprocess

# Folders whose files belong to the machine's operator, or to programs that somebody has set up.
FOLDERS = ["/etc", "/usr/local", "/srv", "/var/lib", "/opt", "/root", "/home", "/var/spool/cron", "/usr/sbin/policy-rc.d"]

# Changes by itself, or holds what other parts show in a readable form.
IGNORED = re.compile(
    r"^(/etc/(\.pwd\.lock|(passwd|group|shadow|gshadow|subuid|subgid)-|ld\.so\.cache|mtab|machine-id|resolv\.conf)$"
    r"|/var/lib/(apt|dpkg|systemd|private|dbus|logrotate|ucf/cache)(/|$)"
    # What a package's scripts keep of the state before.
    r"|/var/lib/(ucf/hashfile\.\d|sgml-base/supercatalog\.old)$"
    r"|/var/lib/misc/|/root/\.(cache|bash_history|lesshst)|.*/__pycache__(/|$))"
)

# States of these units change by themselves.
PASSING = re.compile(
    r"^(session-|user@|user-runtime-dir@|run-|apt-daily|apt-listchanges|dpkg-db-backup|systemd-|logrotate|man-db|e2scrub|fstrim|getty@|"
    r"emergency|rescue|initrd|modprobe@|packagekit|polkit|motd-news|ldconfig|init\.scope|dbus-org)"
)


def lines(*command: str) -> list[str]:
    # Some end with 1 when they have nothing to show.
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return sorted(line.strip() for line in run.stdout.splitlines() if line.strip())


def owner(info: os.stat_result) -> str:
    def name(find, number: int) -> str:
        try:
            return find(number)[0]
        except KeyError:
            return str(number)

    return f"{name(pwd.getpwuid, info.st_uid)}:{name(grp.getgrgid, info.st_gid)}"


def entry(path: str) -> str:
    info = os.lstat(path)
    if stat.S_ISLNK(info.st_mode):
        return f"{path} -> {os.readlink(path)}"
    text = f"{path} {stat.filemode(info.st_mode)} {owner(info)}"
    if not stat.S_ISREG(info.st_mode):
        return text
    with open(path, "rb") as file:
        return f"{text} {hashlib.sha256(file.read()).hexdigest()[:16]}"


def files() -> list[str]:
    found = []
    for top in FOLDERS:
        if os.path.isfile(top):
            found.append(entry(top))
        for folder, folders, names in os.walk(top):
            folders[:] = [one for one in folders if not IGNORED.match(os.path.join(folder, one))]
            paths = [os.path.join(folder, one) for one in folders + names]
            for path in paths:
                # One that goes while the others are read is not there.
                with contextlib.suppress(FileNotFoundError):
                    found += [] if IGNORED.match(path) else [entry(path)]
    return sorted(found)


def units() -> list[str]:
    """Unit files with their states, and units that run or have failed."""
    installed = lines("systemctl", "list-unit-files", "--no-legend", "--plain")
    states = [" ".join(line.split()[:2]) for line in installed]
    listed = lines("systemctl", "list-units", "--no-legend", "--plain", "--type=service,timer,socket,path", "--state=active,failed")
    states += [" ".join(line.split()[i] for i in (0, 2, 3)) for line in listed]
    return sorted(line for line in states if not PASSING.match(line))


def ports() -> list[str]:
    found = []
    for line in lines("ss", "-tulnpH"):
        protocol, _, _, _, address, _, *who = line.split()
        name = re.search(r'"([^"]+)"', " ".join(who))
        found.append(f"{protocol} {address} {name[1] if name else '-'}")
    return sorted(set(found))


print(
    json.dumps(
        {
            "packages": lines("dpkg-query", "-W", "-f", "${Package} ${Version} ${db:Status-Abbrev}\n"),
            "manual packages": lines("apt-mark", "showmanual"),
            "held packages": lines("apt-mark", "showhold"),
            "users": lines("getent", "passwd"),
            "groups": lines("getent", "group"),
            "debconf": lines("debconf-show", "jitsi-videobridge2"),
            "units": units(),
            "files": files(),
            "ports": ports(),
        }
    )
)
