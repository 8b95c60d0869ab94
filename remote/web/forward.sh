#!/bin/bash
# The SSH connection by which the web host reaches the private ports of an existing machine (web/forwardRemoval ends it).
# Inputs: NAME, NICKNAME, LOCAL_ADDRESS, PORTS, ADDRESS, SSH_PORT, HOST_KEY, PRIVATE_KEY (secret), FORWARD_SERVICE (the text of
# its unit).
set -euo pipefail
: "${NAME:?}" "${NICKNAME:?}" "${LOCAL_ADDRESS:?}" "${PORTS:?}" "${ADDRESS:?}" "${SSH_PORT:?}" "${HOST_KEY:?}" "${PRIVATE_KEY:?}"
: "${FORWARD_SERVICE:?}"

readonly units=/etc/systemd/system
readonly folder=/etc/jitsi-hetzner/forward/$NICKNAME
readonly unit=jitsi-hetzner-forward@$NICKNAME.service
readonly forward_seconds=60

main() {
  local changed=no
  install -d -m 0700 "${folder%/*}" "$folder"
  write_part "$folder/key" 0600 "$PRIVATE_KEY"
  write_part "$folder/known_hosts" 0644 "$NICKNAME $HOST_KEY"$'\n'
  write_part "$folder/config" 0644 "$(ssh_config)"$'\n'
  write_part "$units/jitsi-hetzner-forward@.service" 0644 "$FORWARD_SERVICE"
  if [[ $FILE_CHANGED == yes ]]; then
    systemctl daemon-reload
  fi
  systemctl enable --quiet "$unit"
  if [[ $changed == yes ]]; then
    systemctl restart "$unit"
  else
    systemctl start "$unit"
  fi
  wait_for "$forward_seconds" "the forward to $NAME" is_up || {
    journalctl -u "$unit" -n 10 --no-pager -o cat
    fatal "the forward to $NAME ($ADDRESS) does not come up in $forward_seconds s" \
      "repair what the lines above show; on the web host: systemctl status $unit; then: pulumi up"
  }
  info "the forward to $NAME is up"
}

# write_part PATH MODE TEXT
write_part() {
  write_quietly "$1" "$2" root:root "$3"
  if [[ $FILE_CHANGED == yes ]]; then
    changed=yes
  fi
}

ssh_config() {
  local port
  cat <<END
# Managed by pulumi: changes here are lost.
Host machine
  HostName $ADDRESS
  Port $SSH_PORT
  User jitsi-hetzner-forward
  IdentityFile $folder/key
  IdentitiesOnly yes
  HostKeyAlias $NICKNAME
  UserKnownHostsFile $folder/known_hosts
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  UpdateHostKeys no
  BatchMode yes
  ConnectTimeout 10
  ServerAliveInterval 10
  ServerAliveCountMax 3
  ExitOnForwardFailure yes
END
  for port in $PORTS; do
    printf '  LocalForward %s:%d 127.0.0.1:%d\n' "$LOCAL_ADDRESS" "$port" "$port"
  done
}

# ssh listens only while its connection is there.
is_up() {
  systemctl is-active --quiet "$unit" && timeout 5 bash -c "exec 9<>'/dev/tcp/$LOCAL_ADDRESS/${PORTS%% *}'"
}

main "$@"
