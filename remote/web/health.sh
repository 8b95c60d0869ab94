#!/bin/bash
# Verbs about the services of the web host: which have failed, which upgrades wait, and what the watch has done. They
# change nothing.

# {failed, waiting, outdated, watch}
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

# [{package, installed, candidate}]: what unattended upgrades leave alone here, by apt's lists of today.
waiting_upgrades() {
  { timeout 20 apt-get -s -q -o Debug::NoLocking=true upgrade 2>/dev/null || true; } |
    sed -nE 's/^Inst (prosody|nginx|nginx-[^ ]+|libnginx-mod-[^ ]+) \[([^]]+)\] \(([^ ]+) .*/\1 \2 \3/p' |
    jq -Rn '[inputs | split(" ") | {package: .[0], installed: .[1], candidate: .[2]}]'
}

# Those that run with a library or a program that an upgrade has replaced since.
outdated_units() {
  local unit pid
  for unit in nginx prosody jicofo; do
    pid=$(systemctl show -p MainPID --value "$unit")
    if [[ $pid == [1-9]* ]] && grep -qE ' /usr/.* \(deleted\)$' "/proc/$pid/maps" 2>/dev/null; then
      printf '%s\n' "$unit"
    fi
  done | jq -Rn '[inputs]'
}

# The last ten of what jitsi-hetzner-watch has done.
watch_record() {
  { tail -n 10 /var/lib/jitsi-hetzner/watch.log 2>/dev/null || true; } | jq -Rn '[inputs]'
}
