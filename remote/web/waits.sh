#!/bin/bash
# How long the web host waits for jicofo, prosody and the bridges, each with the fact behind it. The figures were measured with
# the real programs on hosts that are not busy; the waits leave room for busy ones.
# shellcheck disable=SC2034 # read by the scripts

# Drain mode and a shutdown reach jicofo with the bridge's next presence: every 5 s.
readonly presence_seconds=15

# So long a REST API has to be silent until jicofo's word for the bridge is believed: a bridge that restarts is silent for
# 3 to 9 s, and is not in jicofo's list meanwhile.
readonly silent_seconds=20

# A frozen bridge is operational for jicofo for up to 45 s: 10 s until its next check, 15 s for an answer, 5 s, and 15 s
# for another one. Each look here takes up to 7 s of a silent bridge.
readonly judge_seconds=90

# prosody keeps the occupant of a connection that broke for 15 s (smacks_hibernation_time). Where it was not even closed, as
# on a host that died, it is closed for it first.
readonly forget_seconds=30

# A bridge that failed a check is not used for 60 s (failure-reset-threshold), until its next check within 10 s. One that has
# just started needs 9 s, and 5 s until its first presence.
readonly usable_seconds=90

# A bridge answers 3 to 9 s after its start, once it has joined.
readonly start_seconds=60

# An empty bridge ends within 5 s and the shutting-down-delay (12 s, jvb.conf.hbs).
readonly end_seconds=90

# Participants are off a bridge at once when jicofo moves them, and jicofo places them within 8 s, the longest on a bridge
# that had no conference yet. A second move before that would disturb them again.
readonly first_move_pause=15
