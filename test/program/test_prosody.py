"""What prosody says of jicofo: the question itself, in a Lua that knows of prosody what the question uses."""

import subprocess

from jitsi_hetzner.prosody import FOCUS_SESSION

from .case import Case, each

# prosody: an account's sessions, and the occupants of the bridges' room by the JIDs of their sessions.
WORLD = """
local room = { get_occupant_by_real_jid = function (_, jid) return ({ %(occupants)s })[jid] end }
local name = "jvbbrewery@internal.auth.a.test"
local rooms = { get_room_from_jid = function (jid) return jid == name and %(room)s or nil end }
prosody = {
    bare_sessions = {
        ["jvb@auth.a.test"] = { sessions = { x = { full_jid = "jvb@auth.a.test/x" } } },
        %(focus)s
    },
    hosts = { ["internal.auth.a.test"] = { modules = { muc = rooms } } },
}
print((function () %(question)s end)())
"""
HIBERNATING = '["focus@auth.a.test"] = { sessions = { y = { full_jid = "focus@auth.a.test/y", hibernating = true } } },'
CONNECTED = HIBERNATING.replace(", hibernating = true", "")
THERE = '["focus@auth.a.test/y"] = {}'
OTHERS = '["jvb@auth.a.test/x"] = {}'


class FocusSession(Case):
    @each(
        ("logged out", "", THERE, "room"),
        ("logged out", HIBERNATING, THERE, "room"),
        ("logged in", CONNECTED, THERE, "room"),
        ("logged in, outside", CONNECTED, OTHERS, "room"),
        # prosody has a room only while somebody is in it.
        ("logged in, outside", CONNECTED, "", "nil"),
    )
    def test_is_answered_by_prosody(self, expected: str, focus: str, occupants: str, room: str) -> None:
        question = FOCUS_SESSION.removeprefix("> ")
        world = WORLD % {"focus": focus, "occupants": occupants, "room": room, "question": question}
        ran = subprocess.run(["lua5.4", "-"], input=world, capture_output=True, text=True, check=False)
        self.assertEqual((ran.stdout, ran.stderr), (f"{expected}\n", ""))
