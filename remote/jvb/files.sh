#!/bin/bash
# The settings of a bridge. The first time (and until it has worked once) the bridge is restarted and must join
# the brewery; later runs only write, because a restart cuts calls: jvb/apply makes changes effective in turn.
# Inputs: NAME, AUTH_DOMAIN, WEB_PRIVATE_IP, XMPP_CERTIFICATE, PROPERTIES, JVB_CONF, HEAP_MB, START_SOCKET,
# START_SERVICE, BRIDGE_VERSION, SETTINGS_HASH.
set -euo pipefail
: "${NAME:?}" "${AUTH_DOMAIN:?}" "${WEB_PRIVATE_IP:?}" "${XMPP_CERTIFICATE:?}" "${PROPERTIES:?}" "${JVB_CONF:?}"
: "${HEAP_MB:?}" "${START_SOCKET:?}" "${START_SERVICE:?}" "${SETTINGS_HASH:?}"
: "${settings_dir:?}" "${written_settings:?}" "${running_settings:?}" "${joined_once:?}" # join.sh

readonly ca_file=/usr/local/share/ca-certificates/$AUTH_DOMAIN.crt

main() {
  id jvb >/dev/null 2>&1 || fatal "$NAME has no user jvb: jitsi-videobridge2 is not installed" "pulumi up"
  write_start_units
  trust_web_host
  write_file "$settings_dir/sip-communicator.properties" 0640 jvb:jitsi "$PROPERTIES"
  write_file "$settings_dir/jvb.conf" 0640 jvb:jitsi "$JVB_CONF"
  write_heap
  write_hash
  if [[ ! -e $joined_once ]]; then
    install_version
    restart_and_join
  fi
}

trust_web_host() {
  # On the web host itself prosody's packages have put a link to their own file there, and its owner is theirs.
  if [[ ! -L $ca_file ]]; then
    write_file "$ca_file" 0644 root:root "$XMPP_CERTIFICATE"$'\n'
  fi
  trust "$ca_file"
}

# After all files that it stands for.
write_hash() {
  write_file "$written_settings" 0644 root:root "$SETTINGS_HASH"$'\n'
  write_file /etc/systemd/system/jitsi-videobridge2.service.d/jitsi-hetzner.conf 0644 root:root \
    $'[Service]\n'"ExecStartPre=+/bin/cp $written_settings $running_settings"$'\n'
  if [[ $FILE_CHANGED == yes ]]; then
    systemctl daemon-reload
  fi
}

# In the package's own file, whose other lines are the package's: it is the unit's environment, and upgrades keep it.
write_heap() {
  local file=$settings_dir/config others
  [[ -f $file ]] || fatal "$file is missing" "dpkg-reconfigure jitsi-videobridge2, then: pulumi up"
  others=$(grep -v '^VIDEOBRIDGE_MAX_MEMORY=' "$file") || true
  write_file "$file" 0640 jvb:jitsi "$others"$'\n'"VIDEOBRIDGE_MAX_MEMORY=${HEAP_MB}m"$'\n'
}

# By these the web host starts the bridge's program again, which a drain has ended.
write_start_units() {
  local units=/etc/systemd/system changed_here
  write_file "$units/jitsi-hetzner-start@.service" 0644 root:root "$START_SERVICE"
  changed_here=$FILE_CHANGED
  write_file "$units/jitsi-hetzner-start.socket" 0644 root:root "$START_SOCKET"
  if [[ $changed_here == yes || $FILE_CHANGED == yes ]]; then
    systemctl daemon-reload
    systemctl restart jitsi-hetzner-start.socket
  fi
  systemctl enable --quiet --now jitsi-hetzner-start.socket
}

main "$@"
