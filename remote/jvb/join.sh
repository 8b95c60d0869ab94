#!/bin/bash
# Functions for the host of a bridge: restart the bridge, wait until it joins, and report why it does not join.
# Inputs: NAME, BRIDGE_VERSION, SETTINGS_HASH.
: "${NAME:?}" "${BRIDGE_VERSION:?}" "${SETTINGS_HASH:?}" "${state_dir:?}"

# shellcheck disable=SC2034 # read by bridge.sh
readonly bridge_url=http://127.0.0.1:8080
readonly settings_dir=/etc/jitsi/videobridge
readonly jvb_log=/var/log/jitsi/jvb.log
readonly join_seconds=60
# The hash of the settings in the files, and the hash of the settings that the running bridge started with. The unit of the
# bridge copies the first to the second at each start, so the second is right whoever restarted the bridge.
# shellcheck disable=SC2034 # read by the scripts
readonly written_settings=$state_dir/written-settings
# shellcheck disable=SC2034 # read by the scripts
readonly running_settings=$state_dir/running-settings
# shellcheck disable=SC2034 # read by the scripts
readonly joined_once=$state_dir/joined

# The bridge needs the version that belongs to the web host, because jicofo does not mix versions in a conference. An
# installation restarts the bridge at once, so the bridge must be out of service, or not yet in service.
installed_version() {
  dpkg-query -W -f '${Version}' jitsi-videobridge2 2>/dev/null || true
}

install_version() {
  local installed
  installed=$(installed_version)
  if [[ $installed == "$BRIDGE_VERSION" ]]; then
    return
  fi
  info "changing jitsi-videobridge2 on $NAME from ${installed:-nothing} to $BRIDGE_VERSION"
  timeout 500 /usr/local/sbin/jitsi-hetzner-install exactly "jitsi-videobridge2=$BRIDGE_VERSION" ||
    fatal "version $BRIDGE_VERSION of jitsi-videobridge2 cannot be installed on $NAME" "repair what the lines above show, then: pulumi up"
}

restart_and_join() {
  local before
  systemctl restart jitsi-videobridge2 || {
    journalctl -u jitsi-videobridge2 -n 20 --no-pager
    fatal "jitsi-videobridge2 does not start on $NAME" "repair what the log above shows, then: pulumi up"
  }
  before=$(deaths)
  if ! wait_until_joined; then
    last_lines "$jvb_log" 20
    fatal "$NAME did not join the brewery in $join_seconds s: $(why_not_joined "$before")" \
      "repair it, then: pulumi up (the last lines of the log are above)"
  fi
  runs_with_settings || fatal "$NAME did not start with the settings that this step wrote" "pulumi up"
  remember joined yes
  info "$NAME has joined the brewery"
}

wait_until_joined() {
  wait_for "$join_seconds" "$NAME to join the brewery" bridge_has_joined
}

runs_with_settings() {
  [[ -f $running_settings && $(<"$running_settings") == "$SETTINGS_HASH" && $(installed_version) == "$BRIDGE_VERSION" ]]
}

# How often systemd has restarted the bridge by itself. A restart by this program does not always reset the number.
deaths() {
  systemctl show -p NRestarts --value jitsi-videobridge2
}

# why_not_joined DEATHS: DEATHS is the number before the wait. Checks the possible causes in the order in which a login meets
# them. Checks each cause itself and reads no log.
why_not_joined() {
  local xmpp_host domain ca shown problem
  xmpp_host=$(property HOSTNAME)
  domain=$(property DOMAIN)
  ca=/usr/local/share/ca-certificates/$domain.crt
  # Between two crashes the service is active for a moment, so the restarts by systemd count too.
  if ! systemctl is-active --quiet jitsi-videobridge2 || (($(deaths) - $1 >= 3)); then
    printf 'the service jitsi-videobridge2 does not keep running'
  elif problem=$(private_problem "$xmpp_host") && [[ -n $problem ]]; then
    printf '%s' "$problem"
  elif ! timeout 5 bash -c "exec 9<>'/dev/tcp/$xmpp_host/5222'" 2>/dev/null; then
    printf 'this host cannot reach port 5222 of the web host (%s)%s; is prosody running there?' "$xmpp_host" "$(although_private)"
  elif ! shown=$(shown_certificate "$xmpp_host" "$domain"); then
    printf 'prosody on the web host (%s) presents no certificate for %s: npm run repair -- web' "$xmpp_host" "$domain"
  # Does not check the validity, because Java accepts an expired certificate that itself is trusted.
  elif [[ $shown != "$(certificate_text "$ca")" ]]; then
    printf 'the web host presents another certificate for %s than the one that this bridge has: npm run repair -- web' "$domain"
  elif ! is_trusted "$ca"; then
    printf 'this bridge does not trust the certificate of %s: update-ca-certificates --fresh' "$domain"
  else
    printf 'this host can reach prosody, and the certificate is right, so prosody refuses the login of %s@%s (wrong secret?)' \
      "$(property USERNAME)" "$domain"
  fi
}

# An existing machine has no private address, and reaches the web host at its public one.
although_private() {
  # shellcheck disable=SC2154 # privateNetwork.sh
  if [[ -r $state_dir/$private_note ]]; then
    printf ', although it has its private address'
  fi
}

property() {
  sed -n "s/^org\.jitsi\.videobridge\.xmpp\.user\.shard\.$1=//p" "$settings_dir/sip-communicator.properties"
}
