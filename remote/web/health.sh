#!/bin/bash
# Functions for the services of the web host: failed services, waiting upgrades, and actions of the watch. They change nothing.

# Prints {failed, waiting, outdated, watch}.
health() {
  jq -n --argjson failed "$(failed_units)" --argjson waiting "$(waiting_upgrades)" \
    --argjson outdated "$(outdated_units)" --argjson watch "$(watch_record)" \
    '{failed: $failed, waiting: $waiting, outdated: $outdated, watch: $watch}'
}

failed_units() {
  local unit
  for unit in nginx prosody jicofo; do
    if systemctl is-failed --quiet "$unit"; then
      printf '%s\n' "$unit"
    fi
  done | jq -Rn '[inputs]'
}

# Prints [{package, installed, candidate}]: upgrades that the unattended upgrades skip, by the current package lists.
waiting_upgrades() {
  { timeout 20 apt-get -s -q -o Debug::NoLocking=true upgrade 2>/dev/null || true; } |
    sed -nE 's/^Inst (prosody|nginx|nginx-[^ ]+|libnginx-mod-[^ ]+) \[([^]]+)\] \(([^ ]+) .*/\1 \2 \3/p' |
    jq -Rn '[inputs | split(" ") | {package: .[0], installed: .[1], candidate: .[2]}]'
}

# Prints the services that run with a library or a program that an upgrade has replaced since.
outdated_units() {
  local unit pid
  for unit in nginx prosody jicofo; do
    pid=$(systemctl show -p MainPID --value "$unit")
    if [[ $pid == [1-9]* ]] && grep -qE ' /usr/.* \(deleted\)$' "/proc/$pid/maps" 2>/dev/null; then
      printf '%s\n' "$unit"
    fi
  done | jq -Rn '[inputs]'
}

# Prints the last ten actions of jitsi-hetzner-watch.
watch_record() {
  { tail -n 10 /var/lib/jitsi-hetzner/watch.log 2>/dev/null || true; } | jq -Rn '[inputs]'
}
