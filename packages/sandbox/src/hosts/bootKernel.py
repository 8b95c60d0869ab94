#!/usr/bin/env python3
"""Tells which kernel a host boots: the entry that GRUB would boot.

Argument: the host's root folder. Prints the kernel's release. Prints nothing for a host without
GRUB. Ends with 1 and a message of GRUB's if the entry's kernel is missing: such a host hangs.
"""

import os
import re
import sys
from typing import Optional

# A menu entry: the ids and titles of its path, and its kernel.
Entry = tuple[list[tuple[int, str, str]], str]


def entries(text: str) -> list[Entry]:
    """All entries in the order of the menu. Each element of a path has index, title and id."""
    found: list[Entry] = []
    counters, path = [0], []
    for line in text.splitlines():
        begin = re.match(r"\s*(menuentry|submenu) '([^']*)'.*\$menuentry_id_option '([^']*)'", line)
        if begin:
            path.append((counters[-1], begin[2], begin[3]))
            counters[-1] += 1
            counters.append(0)
        elif line.strip() == "}" and path:
            path.pop()
            counters.pop()
        elif path and (kernel := re.match(r"\s*linux\s+/boot/vmlinuz-(\S+)", line)):
            found.append((list(path), kernel[1]))
    return found


def environment(path: str) -> dict[str, str]:
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf8") as file:
        lines = [line for line in file.read().splitlines() if "=" in line and line[0] != "#"]
    return dict(line.split("=", 1) for line in lines)


def forget_next(path: str, env: dict[str, str]) -> None:
    """GRUB clears the entry for one boot before it boots it."""
    rest = "".join(f"{key}={value}\n" for key, value in env.items() if key != "next_entry")
    text = "# GRUB Environment Block\n" + rest
    with open(path, "w", encoding="utf8") as file:
        file.write(text + "#" * (1024 - len(text)))


def chosen(menu: list[Entry], wanted: str) -> Optional[str]:
    """The kernel of `wanted`: names, ids or numbers, separated by >. GRUB's fallback is the first."""
    names = [name for name in wanted.split(">") if name]
    for path, kernel in menu:
        if len(names) == len(path) and all(
                name in (str(index), title, ident)
                for name, (index, title, ident) in zip(names, path)):
            return kernel
    # A submenu itself: its first entry.
    for path, kernel in menu:
        if names and len(path) > len(names) and all(
                name in (str(index), title, ident)
                for name, (index, title, ident) in zip(names, path)):
            return kernel
    return menu[0][1] if menu else None


def main(root: str) -> int:
    config, env_file = (os.path.join(root, "boot/grub", name) for name in ("grub.cfg", "grubenv"))
    if not os.path.exists(config):
        return 0
    with open(config, encoding="utf8") as file:
        text = file.read()
    env = environment(env_file)
    default = re.findall(r'^\s*set default="([^"]*)"', text, re.MULTILINE)[-1:] or ["0"]
    wanted = env.get("saved_entry", "0") if default[0] == "${saved_entry}" else default[0]
    if env.get("next_entry"):
        wanted = env["next_entry"]
        forget_next(env_file, env)
    kernel = chosen(entries(text), wanted)
    if kernel is None or not os.path.exists(os.path.join(root, f"boot/vmlinuz-{kernel}")):
        print(f"error: file `/boot/vmlinuz-{kernel}' not found.", file=sys.stderr)
        return 1
    print(kernel)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
