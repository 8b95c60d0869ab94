#!/bin/bash
# How long the web host waits for jicofo, prosody and the bridges, each with its reason. The figures were measured with the
# real programs on hosts that were not busy. The limits leave room for busy hosts.
# shellcheck disable=SC2034 # read by the scripts

# A bridge sends its presence every 5 s. jicofo learns of drain mode and of a shutdown from the next presence.
readonly presence_seconds=15

# If the REST API of a bridge is silent for this time, the state that jicofo reports counts. A bridge that restarts is silent
# for 3 to 9 s and is not in jicofo's list meanwhile.
readonly silent_seconds=20

# jicofo finds a frozen bridge operational for up to 45 s: 10 s until the next check, 15 s for an answer, a pause of 5 s, and
# 15 s for another answer. Each query of a silent bridge here takes up to 7 s.
readonly judge_seconds=90

# prosody keeps the occupant of a broken connection for 15 s (smacks_hibernation_time). A host that died has not closed its
# connection, so the web host closes it first.
readonly forget_seconds=30

# jicofo does not use a bridge for 60 s after a failed check (failure-reset-threshold), and then until its next check within
# 10 s. A bridge that has just started needs 9 s, and 5 s until its first presence.
readonly usable_seconds=90

# A bridge answers 3 to 9 s after its start, once it has joined.
readonly start_seconds=60

# An empty bridge ends within 5 s plus the shutting-down-delay (12 s, jvb.conf.hbs).
readonly end_seconds=90

# Participants leave a bridge at once when jicofo moves them. jicofo places them within 8 s, at the latest on a bridge that had
# no conference yet. A second move before that would disturb them again.
readonly first_move_pause=15
