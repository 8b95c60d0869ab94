# shellcheck shell=dash
# Managed by pulumi: changes here are lost. A core dump has the keys of meetings.
ulimit -c 0
# A shell that waits 8 h at its prompt ends; "unset TMOUT" keeps it. Not exported, because scripts would take it as the
# limit of their own reads.
TMOUT=28800
