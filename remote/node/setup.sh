#!/bin/bash
# Prepares an existing machine: records it as it is, installs the packages of its role, gives the web host its forward, and
# loads the packet filter for a trial. Safe to repeat; later runs restart nothing. What is not needed by Jitsi stays as it is:
# host name, time zone, sshd, upgrades. node/leave undoes all of it.
# Inputs: NAME, DOMAIN, HOST_CONF, VERSION, NFT_RULES, FORWARD_KEY, FORWARD_PORTS. All others are texts of files.
set -euo pipefail
: "${NAME:?}" "${DOMAIN:?}" "${HOST_CONF:?}" "${INSTALLER:?}" "${VERSION:?}" "${NFT_RULES:?}" "${FORWARD_KEY:?}" "${FORWARD_PORTS:?}"
: "${NEEDRESTART_CONF:?}" "${RESTART_CONF:?}" "${MEMORY_CONF:?}" "${FILTER_SERVICE:?}" "${state_dir:?}"

readonly installer=/usr/local/sbin/jitsi-hetzner-install
readonly installed=$state_dir/installed
readonly forward_user=jitsi-hetzner-forward
readonly forward_home=/var/lib/jitsi-hetzner-forward
readonly units=/etc/systemd/system

main() {
  lock_machine
  record_before
  write_file /etc/jitsi-hetzner/node.conf 0644 root:root "DOMAIN=$DOMAIN"$'\n'"NAME=$NAME"$'\n'
  let_forward_in
  write_units
  install_packages_of_role
  try_filter "$NFT_RULES"
}

# It can open these ports and nothing else: it has no shell, no terminal and no command.
let_forward_in() {
  local port open=''
  if ! id "$forward_user" >/dev/null 2>&1; then
    # A password that nothing matches. Some sshd refuse a user whose account is locked.
    useradd --system --home-dir "$forward_home" --shell /usr/sbin/nologin --password '*' "$forward_user"
    info "created the user $forward_user"
  fi
  for port in $FORWARD_PORTS; do
    open+=",permitopen=\"127.0.0.1:$port\""
  done
  install -d -m 0755 "$forward_home" "$forward_home/.ssh"
  write_file "$forward_home/.ssh/authorized_keys" 0644 root:root "restrict,port-forwarding$open $FORWARD_KEY"$'\n'
}

write_units() {
  local changed=no
  write_file /etc/needrestart/conf.d/50-jitsi-hetzner.conf 0644 root:root "$NEEDRESTART_CONF"
  write_file "$units/jitsi-videobridge2.service.d/50-jitsi-hetzner.conf" 0644 root:root "$RESTART_CONF"
  if [[ $FILE_CHANGED == yes ]]; then
    changed=yes
  fi
  write_file "$units/jitsi-videobridge2.service.d/65-jitsi-hetzner-memory.conf" 0644 root:root "$MEMORY_CONF"
  if [[ $FILE_CHANGED == yes ]]; then
    changed=yes
  fi
  # nftables.service empties all tables when it starts or is reloaded.
  write_file "$units/nftables.service.d/50-jitsi-hetzner.conf" 0644 root:root \
    $'[Service]\nExecStartPost=-/usr/sbin/nft -f /etc/jitsi-hetzner/filter.nft\nExecReload=-/usr/sbin/nft -f /etc/jitsi-hetzner/filter.nft\n'
  if [[ $FILE_CHANGED == yes ]]; then
    changed=yes
  fi
  write_file "$units/jitsi-hetzner-filter.service" 0644 root:root "$FILTER_SERVICE"
  if [[ $changed == yes || $FILE_CHANGED == yes ]]; then
    systemctl daemon-reload
  fi
}

install_packages_of_role() {
  write_file /etc/jitsi-hetzner/host.conf 0644 root:root "${HOST_CONF}VERSION='$VERSION'"$'\n'
  write_file "$installer" 0755 root:root "$INSTALLER"
  # shellcheck source=/dev/null
  set_lists_aside "$(. /etc/jitsi-hetzner/host.conf && printf '%s' "$REPOSITORY")"
  if [[ -e $installed ]]; then
    timeout 480 "$installer" repository ||
      fatal "the package repository cannot be used" "repair what the lines above show, then: pulumi up"
  else
    timeout 900 "$installer" ||
      fatal "the packages cannot be installed on $NAME" "repair what the lines above show, then: pulumi up"
  fi
  # The package lets every user read it who can enter its folder.
  if [[ -f /etc/jitsi/videobridge/jvb.conf ]]; then
    chown jvb:jitsi /etc/jitsi/videobridge/jvb.conf
    chmod 0640 /etc/jitsi/videobridge/jvb.conf
  fi
}

main "$@"
