#!/bin/bash
# Verbs of the remote scripts. Each script is read from stdin by `bash -s`, with its values and this file
# ahead of it (remote/script.ts). Input: STEP, the script's name, for messages.
# Only `result` writes to stdout, all else goes to stderr: a caller may take stdout as the answer. Messages have a
# descriptor of their own: whatever is redirected around a function, a failure in it is shown.
set -Eeuo pipefail
: "${STEP:?}"
export LC_ALL=C
exec 3>&1 4>&2 1>&2

info() {
  printf '%s: %s\n' "$STEP" "$*" >&4
}

# result TEXT: the script's answer, on stdout.
result() {
  printf '%s\n' "$1" >&3
}

# fatal PROBLEM [REPAIR]
fatal() {
  trap - ERR
  printf '%s failed on %s: %s\n' "$STEP" "$HOSTNAME" "$1" >&4
  if [[ $(systemctl is-system-running 2>/dev/null) == stopping ]]; then
    printf '  What to do: the host reboots or goes off in the middle of this; once it is on: pulumi up\n' >&4
  elif [[ -n ${2:-} ]]; then
    printf '  What to do: %s\n' "$2" >&4
  fi
  exit 1
}

# BASH_COMMAND is the text before expansion: no value, so no secret, is shown.
trap 'fatal "\"$BASH_COMMAND\" ended with code $?" "look at the lines above, repair, then: pulumi up"' ERR

# Ctrl-C in pulumi waits for the running step. So whoever cannot wait ends the step here, on the host.
# The signal may come while a function's output goes to /dev/null: the message goes to where the script's own goes.
trap 'exec >&4 2>&4; fatal "this step was ended on the host by a signal" "pulumi up"' TERM

# Seconds: a wait that may be longer says how to end it.
readonly long_wait=60

# how_to_end LIMIT: for the lines of a wait of so many seconds at most.
how_to_end() {
  if (($1 > long_wait)); then
    printf '; to end this step, on %s: kill %d' "$HOSTNAME" "$$"
  fi
}

# wait_for SECONDS WHAT COMMAND...: asks every second, says so every 15 s; 1 when the time is over. COMMAND must be bounded itself.
wait_for() {
  local limit=$1 what=$2 start=$SECONDS next=15
  shift 2
  # A long wait says so before its first pause.
  if ((limit > long_wait)); then
    next=0
  fi
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS - start >= limit)); then
      return 1
    fi
    if ((SECONDS - start >= next)); then
      info "still waiting for $what ($((SECONDS - start)) of $limit s)$(how_to_end "$limit")"
      next=$((next + 15))
    fi
    sleep 1
  done
}

# write_file PATH MODE OWNER:GROUP CONTENT: whole or not at all; a secret is never readable by others for a moment.
# Sets FILE_CHANGED to yes or no. (Not a return code: `if write_file` would switch off set -e inside.)
write_file() {
  write_quietly "$@"
  if [[ $FILE_CHANGED == yes ]]; then
    info "wrote $1"
  fi
}

# write_quietly: the same for the program's own notes.
write_quietly() {
  local path=$1 mode=$2 owner=$3 content=$4 temp
  FILE_CHANGED=no
  if [[ -f $path ]] && cmp -s "$path" <(printf '%s' "$content"); then
    chown "$owner" "$path"
    chmod "$mode" "$path"
    return
  fi
  mkdir -p "${path%/*}"
  temp=$(mktemp "$path.XXXXXX")
  chown "$owner" "$temp"
  chmod "$mode" "$temp"
  if ! printf '%s' "$content" >"$temp"; then
    rm -f "$temp"
    fatal "cannot write $path" "is the disk full? df -h"
  fi
  mv -f "$temp" "$path"
  # shellcheck disable=SC2034 # read by the scripts
  FILE_CHANGED=yes
}

# sum_of FILE...: of what programs read of them. Comments do not count (whole lines, and Lua's in one line), for a
# restart ends meetings.
sum_of() {
  local file
  for file in "$@"; do
    if [[ $file == *.lua ]]; then
      sed -E -e 's/--\[\[[^]]*\]\]//g' -e 's/[[:space:]]+$//' -e '/^[[:space:]]*(--([^[]|$)|$)/d' -- "$file"
    else
      sed -E '/^[[:space:]]*(#|$)/d' -- "$file"
    fi
    printf '\0'
  done | sha256sum
}

# restart_if_changed UNIT FILE...: restarts when the files are not those of the last restart made here; a run
# that broke between writing and restarting is made good by the next one.
restart_if_changed() {
  local unit=$1
  shift
  if runs_with "$unit" "$@"; then
    note_running "$unit" "$@"
    return
  fi
  info "restarting $unit"
  systemctl restart "$unit" || fatal "$unit does not start" "journalctl -u $unit -n 50"
  note_running "$unit" "$@"
}

# runs_with UNIT FILE...: whether these files are those of its last restart.
runs_with() {
  local record=$state_dir/restarted-$1
  shift
  # The program before recorded a sum over comments too: another definition is no reason for a restart.
  [[ -f $record && ($(<"$record") == "$(sum_of "$@")" || $(<"$record") == "$(cat -- "$@" | sha256sum)") ]]
}

# note_running UNIT FILE...: for restart_if_changed, that the unit has taken these files by a reload.
note_running() {
  local unit=$1
  shift
  remember "restarted-$unit" "$(sum_of "$@")"
}

# last_lines FILE [COUNT]: the end of a log, marked as such. A line that comes again and again is shown once: apt says
# each second that it waits.
last_lines() {
  printf -- '--- last lines of %s\n' "$1" >&4
  if [[ -r $1 ]]; then
    tail -n 2000 "$1" | uniq | tail -n "${2:-20}" >&4
  else
    printf '(no such file)\n' >&4
  fi
  printf -- '---\n' >&4
}

# remember NAME TEXT: a note in state_dir for the next run.
remember() {
  install -d -m 0755 "$state_dir"
  printf '%s\n' "$2" >"$state_dir/$1"
}

readonly state_dir=/var/lib/jitsi-hetzner
