#!/bin/bash
# jicofo as a service that comes back, with the heap it may have; it restarts where one of the two changed.
# Inputs: HEAP_MB, JICOFO_SERVICE (text of the unit), JITSI_VERSION (only makes this run: another version of the package
# has stopped jicofo and started it again).
set -euo pipefail
: "${HEAP_MB:?}" "${JICOFO_SERVICE:?}" "${jicofo_url:?}" "${jicofo_seconds:?}" # focus.sh

readonly service_file=/etc/systemd/system/jicofo.service
readonly environment_file=/etc/jitsi-hetzner/jicofo.env

main() {
  [[ -x /usr/share/jicofo/jicofo.sh ]] || fatal "jicofo is not installed" "pulumi up"
  write_file "$environment_file" 0644 root:root "JICOFO_MAX_MEMORY=${HEAP_MB}m"$'\n'
  write_file "$service_file" 0644 root:root "$JICOFO_SERVICE"
  if [[ $FILE_CHANGED == yes || $(systemctl show -p NeedDaemonReload --value jicofo) == yes ]]; then
    systemctl daemon-reload
  fi
  systemctl enable --quiet jicofo
  restart_if_changed jicofo "$service_file" "$environment_file"
  # Restart=always does not bring back what was stopped.
  systemctl start jicofo || fatal "jicofo does not start" "journalctl -u jicofo -n 50; then: pulumi up"
  wait_for_jicofo
}

wait_for_jicofo() {
  if wait_for "$jicofo_seconds" "jicofo" jicofo_answers; then
    return
  fi
  info "jicofo does not answer, restarting it"
  systemctl restart jicofo
  wait_for "$jicofo_seconds" "jicofo" jicofo_answers || {
    last_lines /var/log/jitsi/jicofo.log
    fatal "jicofo does not answer on $jicofo_url" "systemctl status jicofo; then: pulumi up"
  }
}

main "$@"
