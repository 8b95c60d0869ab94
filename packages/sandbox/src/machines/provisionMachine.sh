#!/bin/bash
# Makes a fresh Debian the machine of another provider: what its customer finds at the first login. It runs on the machine as root,
# once, after the first boot.
#
# Environment: SYSTEM        debian-13, debian-12 or other
#              LOGIN         the user that logs in over SSH
#              SSH_PORT      port of the SSH server
#              SUDO          yes: the user may become root by sudo
#              LOOK          provider or plain
#              FIREWALL      none, nftables or ufw
#              WEB           yes: a web server uses port 8080
#              LEFTOVERS     yes: an old bridge was removed, but not purged
#              CORES         processor cores that nproc prints; 0: those that it has
#              OPERATOR_KEY  public SSH key of the machine's operator
set -euo pipefail

# stdin is this script.
apt_quietly() { apt-get -q -y -o DPkg::Lock::Timeout=120 "$@" >/dev/null </dev/null; }

# Such images have no cloud-init.
remove_cloud_init() {
  apt_quietly purge cloud-init
  rm -rf /etc/cloud /var/lib/cloud /var/log/cloud-init*
}

make_user() {
  local home=/root
  if [[ $LOGIN != root ]]; then
    useradd --create-home --shell /bin/bash "$LOGIN"
    home=/home/$LOGIN
    if [[ $SUDO == yes ]]; then
      echo "$LOGIN ALL=(ALL) NOPASSWD:ALL" >"/etc/sudoers.d/90-$LOGIN"
      chmod 0440 "/etc/sudoers.d/90-$LOGIN"
    fi
  fi
  install -d -m 0700 -o "$LOGIN" -g "$LOGIN" "$home/.ssh"
  echo "$OPERATOR_KEY" >"$home/.ssh/authorized_keys"
  chmod 0600 "$home/.ssh/authorized_keys"
  chown "$LOGIN:" "$home/.ssh/authorized_keys"
}

start_ssh() {
  local root=no
  [[ $LOGIN != root ]] || root=prohibit-password
  ssh-keygen -q -A
  cat >/etc/ssh/sshd_config.d/50-provider.conf <<CONF
Port $SSH_PORT
PasswordAuthentication no
PermitRootLogin $root
CONF
  # It has been tried too often without keys.
  systemctl reset-failed ssh.service
  systemctl restart ssh.service
}

# A monitoring agent with its own user, files and port, and upgrades by themselves.
dress() {
  useradd --system --home-dir /var/lib/provider-agent --shell /usr/sbin/nologin provider-agent
  install -d -m 0750 -o provider-agent -g provider-agent /var/lib/provider-agent
  install -d /opt/provider /srv/backup
  echo "agent 4.1" >/opt/provider/version
  echo "the customer's own file" >/srv/backup/notes.txt
  cat >/etc/systemd/system/provider-agent.service <<UNIT
[Unit]
Description=Monitoring of the provider
[Service]
User=provider-agent
WorkingDirectory=/opt/provider
ExecStart=/usr/bin/python3 -m http.server --bind :: 9100
[Install]
WantedBy=multi-user.target
UNIT
  echo "Welcome to your VPS. Support: https://provider.test" >/etc/motd
  echo "net.ipv4.tcp_syncookies = 1" >/etc/sysctl.d/60-provider.conf
  printf 'APT::Periodic::%s "1";\n' Update-Package-Lists Unattended-Upgrade >/etc/apt/apt.conf.d/20auto-upgrades
  systemctl enable --quiet --now provider-agent.service
}

# As many machines have it: Debian's own file begins with `flush ruleset`, too.
make_nftables() {
  apt_quietly install nftables
  cat >/etc/nftables.conf <<'RULES'
#!/usr/sbin/nft -f
flush ruleset
table inet provider {
  set blocked {
    type ipv4_addr
    elements = { 192.0.2.66 }
  }
  chain input {
    type filter hook input priority filter; policy accept;
    ip saddr @blocked drop
    tcp dport 25 drop
  }
}
RULES
  systemctl enable --quiet --now nftables.service
}

# Only SSH comes in.
make_ufw() {
  apt_quietly install ufw
  ufw allow "$SSH_PORT/tcp" >/dev/null
  ufw --force enable >/dev/null
}

make_web() {
  apt_quietly install --no-install-recommends apache2
  sed -i 's/^Listen 80$/Listen 8080/' /etc/apache2/ports.conf
  systemctl restart apache2.service
}

# The repository and the package of a bridge that somebody tried once.
leave_bridge() {
  local key=/etc/apt/keyrings/jitsi.asc
  mkdir -p /etc/apt/keyrings
  curl -fsS -o "$key" https://download.jitsi.org/jitsi-key.gpg.key
  echo "deb [signed-by=$key] https://download.jitsi.org stable/" >/etc/apt/sources.list.d/jitsi.list
  apt_quietly update
  echo "jitsi-videobridge jitsi-videobridge/jvb-hostname string old.example.test" | debconf-set-selections
  apt_quietly install --no-install-recommends jitsi-videobridge2
  apt_quietly remove jitsi-videobridge2
}

# A program that asks the kernel itself gets the cores that there are.
show_cores() {
  printf '#!/bin/sh\necho %d\n' "$CORES" >/usr/local/bin/nproc
  chmod 0755 /usr/local/bin/nproc
}

# Debian by its packages, another system by its name.
rename_system() {
  rm /etc/os-release
  cat >/etc/os-release <<'RELEASE'
PRETTY_NAME="Ubuntu 24.04.3 LTS"
NAME="Ubuntu"
VERSION_ID="24.04"
VERSION="24.04.3 LTS (Noble Numbat)"
VERSION_CODENAME=noble
ID=ubuntu
ID_LIKE=debian
RELEASE
}

wait_for_boot() {
  until [[ -S /run/dbus/system_bus_socket ]] && systemctl show >/dev/null 2>&1; do sleep 0.1; done
  # sshd fails at the boot, because it has no keys yet.
  systemctl is-system-running --wait >/dev/null || true
}

main() {
  wait_for_boot
  remove_cloud_init
  make_user
  if [[ $FIREWALL != none || $WEB == yes || $LEFTOVERS == yes ]]; then apt_quietly update; fi
  [[ $LOOK != provider ]] || dress
  [[ $FIREWALL != nftables ]] || make_nftables
  [[ $FIREWALL != ufw ]] || make_ufw
  [[ $WEB != yes ]] || make_web
  [[ $LEFTOVERS != yes ]] || leave_bridge
  [[ $CORES == 0 ]] || show_cores
  [[ $SYSTEM != other ]] || rename_system
  # Last: a machine that can be reached is ready.
  start_ssh
}

main
