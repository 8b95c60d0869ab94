"""How long the web host waits for jicofo, prosody and the bridges, each with the fact behind it.

The figures were measured with the real programs on hosts that are not busy. The waits leave room for busy ones.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Waits:
    """Seconds."""

    # jicofo takes 4 s to start, 15 s on a busy host.
    jicofo: float = 90
    # Drain mode and a shutdown reach jicofo with the bridge's next presence: every 5 s.
    presence: float = 15
    # A REST API must be silent for so long until jicofo's word for the bridge is believed. A bridge that restarts is
    # silent for 3 to 9 s, and is not in jicofo's list meanwhile.
    silent: float = 20
    # A frozen bridge is operational for jicofo for up to 45 s: 10 s until its next check, 15 s for an answer, 5 s, and
    # 15 s for another one. Each look here takes up to 7 s of a silent bridge.
    judge: float = 90
    # prosody keeps the occupant of a connection that broke for 15 s (smacks_hibernation_time). Where it was not even
    # closed, as on a host that died, it is closed for it first.
    forget: float = 30
    # A bridge that failed a check is not used for 60 s (failure-reset-threshold), until its next check within 10 s. One
    # that has just started needs 9 s, and 5 s until its first presence.
    usable: float = 90
    # A bridge answers 3 to 9 s after its start, once it has joined.
    start: float = 60
    # A bridge applies its settings: the package takes at most 500 s, and joining 60 s (jvb/join.sh).
    apply: float = 900
    # An empty bridge ends within 5 s and the shutting-down-delay (12 s, jvb.conf.hbs).
    end: float = 90
    # Participants are off a bridge at once when jicofo moves them, and jicofo places them within 8 s, the longest on a
    # bridge that had no conference yet. A second move before that would disturb them again.
    first_move_pause: float = 15
    # A bridge's first conference takes up to 8 s, the ones after it 0.5 s.
    warm_up: float = 8
    # A recorder answers 10 to 20 s after its start. X and the window manager start before it.
    recorder_start: float = 90
    # A recorder that restarts is silent meanwhile, and one that reboots for a minute.
    recorder_silent: float = 120
    https: float = 30
    # All of a starting, a first presence and a failed check.
    accept: float = 120
