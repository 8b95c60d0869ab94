#!/bin/bash
# Runs jicofo as a service that systemd restarts, with its heap, and waits until it is logged in to prosody. Restarts jicofo
# if its unit, its heap or the certificate of prosody changed. Names the room of recorders to it, with recorders and without, so
# that the first recorder restarts nothing.
# Inputs: DOMAIN, HEAP_MB, JICOFO_SERVICE (the text of the unit), JITSI_VERSION, XMPP_CERTIFICATE. The last two only make this
# step run: another version of the package has restarted jicofo, and another certificate keeps it from logging in.
set -euo pipefail
: "${DOMAIN:?}" "${HEAP_MB:?}" "${JICOFO_SERVICE:?}"

readonly service_file=/etc/systemd/system/jicofo.service
readonly environment_file=/etc/jitsi-hetzner/jicofo.env
readonly certificate=/var/lib/prosody/auth.$DOMAIN.crt
# The packages create this link. update-ca-certificates reads it.
readonly ca_file=/usr/local/share/ca-certificates/auth.$DOMAIN.crt
readonly jicofo_url=http://127.0.0.1:8888
# The file of the package, which keeps entries that it does not know.
readonly jicofo_conf=/etc/jitsi/jicofo/jicofo.conf
readonly recorders_room=JibriBrewery@internal.auth.$DOMAIN
# jicofo takes 4 s to start, and 15 s on a busy host. The limit leaves room for a busier host.
readonly jicofo_seconds=90
# jicofo tries to log in every second.
readonly login_seconds=20

main() {
  [[ -x /usr/share/jicofo/jicofo.sh ]] || fatal "jicofo is not installed" "pulumi up"
  write_file "$environment_file" 0644 root:root "JICOFO_MAX_MEMORY=${HEAP_MB}m"$'\n'
  write_file "$service_file" 0644 root:root "$JICOFO_SERVICE"
  if [[ $FILE_CHANGED == yes || $(systemctl show -p NeedDaemonReload --value jicofo) == yes ]]; then
    systemctl daemon-reload
  fi
  systemctl enable --quiet jicofo
  trust_prosody
  name_recorders_room
  restart_if_changed jicofo "$service_file" "$environment_file" "$ca_file"
  # Restart=always does not start a service that was stopped.
  systemctl start jicofo || fatal "jicofo does not start" "journalctl -u jicofo -n 50; then: pulumi up"
  wait_for_jicofo
  wait_for_login
  take_recorders_room
}

# Not among the files of restart_if_changed: a cluster that an older version of this program made would lose the focus of all
# its meetings for recorders that it may never have.
name_recorders_room() {
  if [[ $(hocon -f "$jicofo_conf" get jicofo.jibri.brewery-jid 2>/dev/null) == *"$recorders_room"* ]]; then
    return
  fi
  hocon -f "$jicofo_conf" set jicofo.jibri.brewery-jid "\"$recorders_room\"" ||
    fatal "hocon cannot write the room of recorders to $jicofo_conf" "apt-get install --reinstall ruby-hocon; then: pulumi up"
  info "named the room of recorders in $jicofo_conf"
}

# jicofo reads its settings at its start only. Its restart reloads open meetings, so it restarts here only without any.
take_recorders_room() {
  local meetings
  if has_recorders_room; then
    return
  fi
  meetings=$(meetings_running)
  if [[ $meetings != 0 ]]; then
    info "jicofo learns of the room of recorders at its next restart, because meetings are running ($meetings). Only recorders need it. To restart jicofo at a quiet time: npm run repair -- web"
    return
  fi
  info "restarting jicofo, which has no meeting, for the room of recorders"
  systemctl restart jicofo
  wait_for_jicofo
  wait_for_login
}

has_recorders_room() {
  curl -fsS --max-time 5 --noproxy '*' "$jicofo_url/debug" | jq -e '.jibri_detector | type == "object"' >/dev/null
}

# Prints the number of meetings, or "unknown".
meetings_running() {
  curl -fsS --max-time 5 --noproxy '*' "$jicofo_url/stats" | jq -er '.conferences | numbers' || printf unknown
}

# Without this, jicofo cannot log in if prosody presents another certificate than the first one of this host.
trust_prosody() {
  if [[ $(readlink "$ca_file") != "$certificate" ]]; then
    ln -sfn "$certificate" "$ca_file"
    info "linked $ca_file to $certificate"
  fi
  trust "$ca_file"
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

# If jicofo is not logged in, no meeting has a focus. So a restart cuts nothing, and it makes Java read the certificates again.
# If it is outside of the bridges' room, its last login has ended all meetings, and no meeting can begin.
wait_for_login() {
  local problem
  if wait_for "$login_seconds" "jicofo to log in" jicofo_works; then
    return
  fi
  problem=$(jicofo_problem)
  if [[ $problem == *"is not logged in"* || $problem == *"not in the bridges' room"* ]]; then
    info "$problem: restarting jicofo"
    systemctl restart jicofo
  fi
  wait_for "$jicofo_seconds" "jicofo to log in" jicofo_works || {
    last_lines /var/log/jitsi/jicofo.log
    fatal "$(jicofo_problem)" "read its log above; journalctl -u prosody -n 50; then: pulumi up"
  }
}

# Asks for the version, because the health check fails while there is no bridge.
jicofo_answers() {
  curl -fsS --max-time 5 --noproxy '*' "$jicofo_url/about/version" >/dev/null
}

# Prints what keeps jicofo from its work: prosody, jicofo itself, or its login. Prints nothing if it works. Code 1 of the verb
# says that something is missing, any other code that nobody could look.
jicofo_problem() {
  jicofo_verb || (($? == 1))
}

jicofo_works() {
  jicofo_verb
}

# Its stdin would be the rest of this script.
jicofo_verb() {
  jitsi-hetzner jicofo </dev/null
}

main "$@"
