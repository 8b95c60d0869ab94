#!/bin/bash
# Writes the settings of a bridge. Until the bridge has joined the brewery once, each run restarts it and requires that it
# joins. Later runs only write, because a restart cuts calls: the rolling restart (verb restart) restarts the bridges one after the other.
# Inputs: NAME, AUTH_DOMAIN, WEB_PRIVATE_IP, XMPP_CERTIFICATE, PROPERTIES, JVB_CONF, HEAP_MB, START_SOCKET,
# START_SERVICE, START_PROGRAM, COPY_SOCKET, COPY_SERVICE, COPY_PROGRAM, BRIDGE_VERSION, SETTINGS_HASH, FORMER_HASH (the
# hash of the same settings in older versions).
set -euo pipefail
: "${NAME:?}" "${AUTH_DOMAIN:?}" "${WEB_PRIVATE_IP:?}" "${XMPP_CERTIFICATE:?}" "${PROPERTIES:?}" "${JVB_CONF:?}"
: "${HEAP_MB:?}" "${START_SOCKET:?}" "${START_SERVICE:?}" "${START_PROGRAM:?}" "${SETTINGS_HASH:?}" "${FORMER_HASH:?}"
: "${COPY_SOCKET:?}" "${COPY_SERVICE:?}" "${COPY_PROGRAM:?}"
: "${settings_dir:?}" "${written_settings:?}" "${running_settings:?}" "${joined_once:?}" "${state_dir:?}" # join.sh, lib.sh

readonly ca_file=/usr/local/share/ca-certificates/$AUTH_DOMAIN.crt

main() {
  id jvb >/dev/null 2>&1 || fatal "$NAME has no user jvb: jitsi-videobridge2 is not installed" "pulumi up"
  adopt_former_hash
  # The web host starts the bridge's program again after a drain has ended it, and has it restart with new settings.
  write_socket jitsi-hetzner-start "$START_PROGRAM" "$START_SERVICE" "$START_SOCKET"
  if [[ $START_SOCKET != *127.0.0.1* ]]; then
    # The host keeps a copy of the web host's certificates. A bridge on the web host would keep it where it is lost.
    write_socket jitsi-hetzner-copy "$COPY_PROGRAM" "$COPY_SERVICE" "$COPY_SOCKET"
  fi
  trust_web_host
  write_file "$settings_dir/sip-communicator.properties" 0640 jvb:jitsi "$PROPERTIES"
  write_file "$settings_dir/jvb.conf" 0640 jvb:jitsi "$JVB_CONF"
  write_heap
  write_hash
  write_apply_values
  if [[ ! -e $joined_once ]]; then
    install_version
    restart_and_join
  fi
  # The web host's own bridge is installed without: it must not start with the settings of the package. Elsewhere the package
  # has enabled it; once more would leave links for init scripts on a machine that it leaves.
  systemctl is-enabled --quiet jitsi-videobridge2 || systemctl enable --quiet jitsi-videobridge2
}

trust_web_host() {
  # On the web host, the packages of prosody have put a link to their own file there. Its owner must stay theirs.
  if [[ ! -L $ca_file ]]; then
    write_file "$ca_file" 0644 root:root "$XMPP_CERTIFICATE"$'\n'
  fi
  trust "$ca_file"
}

# Runs after all files that the hash covers are written.
write_hash() {
  write_file "$written_settings" 0644 root:root "$SETTINGS_HASH"$'\n'
  write_file /etc/systemd/system/jitsi-videobridge2.service.d/jitsi-hetzner.conf 0644 root:root \
    $'[Service]\n'"ExecStartPre=+/bin/cp $written_settings $running_settings"$'\n'
  if [[ $FILE_CHANGED == yes ]]; then
    systemctl daemon-reload
  fi
}

# For jitsi-hetzner-start, so that no value travels when the web host has the bridge restart.
write_apply_values() {
  write_quietly "$state_dir/apply.json" 0600 root:root "$(jq -cn --arg name "$NAME" --arg version "$BRIDGE_VERSION" --arg hash "$SETTINGS_HASH" \
    '{version: 1, values: {NAME: $name, BRIDGE_VERSION: $version, SETTINGS_HASH: $hash}}')"
}

# Older versions recorded another hash of the same settings. It is replaced by the hash of today.
adopt_former_hash() {
  if [[ -f $running_settings && $(<"$running_settings") == "$FORMER_HASH" ]]; then
    remember "${running_settings##*/}" "$SETTINGS_HASH"
  fi
}

# Changes one line in a file of the package. The file is the environment of the unit, and upgrades keep it. All other lines
# stay.
write_heap() {
  local file=$settings_dir/config others
  [[ -f $file ]] || fatal "$file is missing" "dpkg-reconfigure jitsi-videobridge2, then: pulumi up"
  others=$(grep -v '^VIDEOBRIDGE_MAX_MEMORY=' "$file") || true
  write_file "$file" 0640 jvb:jitsi "$others"$'\n'"VIDEOBRIDGE_MAX_MEMORY=${HEAP_MB}m"$'\n'
}

main "$@"
