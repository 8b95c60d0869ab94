#!/bin/bash
# Functions for all remote scripts. `bash -s` reads each script from stdin, after its values and this file (remote/script.ts).
# Input: STEP, the name of the script, for messages.
# Only `result` writes to stdout, because the caller uses stdout as the answer. Everything else goes to stderr. Messages
# have their own descriptor: a redirection around a function does not hide its failure.
set -Eeuo pipefail
: "${STEP:?}"
export LC_ALL=C
exec 3>&1 4>&2 1>&2

info() {
  printf '%s: %s\n' "$STEP" "$*" >&4
}

# result TEXT: prints the answer of the script to stdout.
result() {
  printf '%s\n' "$1" >&3
}

# fatal PROBLEM [REPAIR]: prints the problem and what to do, and ends the script with 1.
fatal() {
  trap - ERR
  printf '%s failed on %s: %s\n' "$STEP" "$HOSTNAME" "$1" >&4
  if [[ $(systemctl is-system-running 2>/dev/null) == stopping ]]; then
    printf '  What to do: the host is shutting down or rebooting. Once it is on again: pulumi up\n' >&4
  elif [[ -n ${2:-} ]]; then
    printf '  What to do: %s\n' "$2" >&4
  fi
  exit 1
}

# BASH_COMMAND is the text before expansion, so it shows no value and no secret.
trap 'fatal "\"$BASH_COMMAND\" ended with code $?" "repair what the lines above show, then: pulumi up"' ERR

# Ctrl-C in pulumi waits for the running step. An operator who cannot wait ends the step here, on the host. The signal may
# arrive while the output of a function goes to /dev/null, so the trap restores the output of the script first.
trap 'exec >&4 2>&4; fatal "a signal ended this step on the host" "pulumi up"' TERM

# Seconds. The messages of a longer wait say how to end it.
readonly long_wait=60

# how_to_end LIMIT: the beginning of a message about a wait of at most LIMIT seconds. Pulumi cuts lines at the right edge of a
# terminal.
how_to_end() {
  if (($1 > long_wait)); then
    printf 'kill %d on %s ends this step; ' "$$" "$HOSTNAME"
  fi
}

# wait_for SECONDS WHAT COMMAND...: runs COMMAND every second until it succeeds, with a message every 15 s. Returns 1 after
# SECONDS. COMMAND must end by itself in a bounded time.
wait_for() {
  local limit=$1 what=$2 start=$SECONDS next=15
  shift 2
  # The first message of a long wait comes before the first pause.
  if ((limit > long_wait)); then
    next=0
  fi
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS - start >= limit)); then
      return 1
    fi
    if ((SECONDS - start >= next)); then
      info "$(how_to_end "$limit")still waiting for $what ($((SECONDS - start)) of $limit s)"
      next=$((next + 15))
    fi
    sleep 1
  done
}

# write_file PATH MODE OWNER:GROUP CONTENT: writes the whole file or nothing. Others can read a secret at no moment.
# Sets FILE_CHANGED to yes or no. A return code would not work: `if write_file` switches off set -e inside.
write_file() {
  write_quietly "$@"
  if [[ $FILE_CHANGED == yes ]]; then
    info "wrote $1"
  fi
}

# write_quietly: like write_file, without a message. For notes of this program.
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

# sum_of FILE...: a checksum of what programs read of the files. Comments do not count (whole lines, and Lua comments within
# a line), because a restart ends meetings.
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

# restart_if_changed UNIT FILE...: restarts the unit if the files differ from those of its last restart by this program. If
# a run stops between the write and the restart, the next run restarts.
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

# runs_with UNIT FILE...: succeeds if these files are those of the last restart of the unit.
runs_with() {
  local record=$state_dir/restarted-$1
  shift
  # Older versions recorded a checksum that included comments. The new definition must not restart anything.
  [[ -f $record && ($(<"$record") == "$(sum_of "$@")" || $(<"$record") == "$(cat -- "$@" | sha256sum)") ]]
}

# note_running UNIT FILE...: tells restart_if_changed that the unit already uses these files, for example after a reload.
note_running() {
  local unit=$1
  shift
  remember "restarted-$unit" "$(sum_of "$@")"
}

# last_lines FILE [COUNT]: prints the end of a log between two marks. It prints repeated lines once, because apt reports
# every second that it waits.
last_lines() {
  printf -- '--- last lines of %s\n' "$1" >&4
  if [[ -r $1 ]]; then
    tail -n 2000 "$1" | uniq | tail -n "${2:-20}" >&4
  else
    printf '(no such file)\n' >&4
  fi
  printf -- '---\n' >&4
}

# remember NAME TEXT: writes a note in state_dir for later runs.
remember() {
  install -d -m 0755 "$state_dir"
  printf '%s\n' "$2" >"$state_dir/$1"
}

readonly state_dir=/var/lib/jitsi-hetzner
