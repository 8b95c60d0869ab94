#!/bin/bash
# jicofo as a service that comes back, with the heap it may have; it restarts where one of the two changed.
# Inputs: HEAP_MB, JICOFO_SERVICE (text of the unit).
set -euo pipefail
: "${HEAP_MB:?}" "${JICOFO_SERVICE:?}"

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
  wait_for_jicofo
}

# Its health check fails while there is no bridge, as before the first one has joined; its version does not.
wait_for_jicofo() {
  if wait_for 30 "jicofo" jicofo_answers; then
    return
  fi
  info "jicofo does not answer, restarting it"
  systemctl restart jicofo
  wait_for 60 "jicofo" jicofo_answers || {
    last_lines /var/log/jitsi/jicofo.log
    fatal "jicofo does not answer on 127.0.0.1:8888" "systemctl status jicofo; then: pulumi up"
  }
}

jicofo_answers() {
  curl -fsS --max-time 5 --noproxy '*' http://127.0.0.1:8888/about/version
}

main "$@"
