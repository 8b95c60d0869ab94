#!/bin/bash
# Closes what a fresh host leaves open: its private side and the metadata service by packet filter, files with
# secrets by their modes, and what nothing here uses. Safe to repeat; restarts nothing and cuts no connection that is
# allowed. Inputs: NFT_RULES; all others are texts of files.
set -euo pipefail
: "${NFT_RULES:?}" "${SYSCTL_CONF:?}" "${MODPROBE_CONF:?}" "${CORE_LIMITS:?}" "${COREDUMP_CONF:?}" "${PROFILE:?}" "${ISSUE:?}"

readonly rules=/etc/nftables.d/jitsi-hetzner.nft

main() {
  load_rules
  # The packages leave these to everybody who gets into their folders.
  keep_private /etc/jitsi/jicofo/jicofo.conf jicofo:jitsi
  keep_private /etc/jitsi/videobridge/jvb.conf jvb:jitsi
  close_debconf
  set_kernel_settings
  write_file /etc/modprobe.d/jitsi-hetzner.conf 0644 root:root "$MODPROBE_CONF"
  write_file /etc/security/limits.d/60-jitsi-hetzner.conf 0644 root:root "$CORE_LIMITS"
  write_file /etc/systemd/coredump.conf.d/60-jitsi-hetzner.conf 0644 root:root "$COREDUMP_CONF"
  write_file /etc/profile.d/jitsi-hetzner.sh 0644 root:root "$PROFILE"
  set_hash_rounds
  # Of consoles, and of whatever shows the second one; sshd shows none.
  write_file /etc/issue 0644 root:root "$ISSUE"
  write_file /etc/issue.net 0644 root:root "$ISSUE"
}

# nftables.service loads the main file at boot, before the network is up.
load_rules() {
  local main_file=/etc/nftables.conf
  nft -c -f - <<<"$NFT_RULES" || fatal "nft refuses the rules" "see the lines above"
  write_file "$rules" 0644 root:root "$NFT_RULES"
  if ! grep -qF "include \"$rules\"" "$main_file"; then
    printf '\ninclude "%s"\n' "$rules" >>"$main_file"
  fi
  nft -f "$rules"
  systemctl enable --quiet nftables
}

# keep_private FILE OWNER:GROUP: where the host has this file.
keep_private() {
  if [[ -f $1 ]]; then
    chown "$2" "$1"
    chmod 0640 "$1"
  fi
}

# debconf keeps the secret for TURN among the answers that everybody may read, and writes that file anew with each
# package; so the folder is closed, in a way that upgrades of debconf respect.
close_debconf() {
  local folder=/var/cache/debconf
  if ! dpkg-statoverride --list "$folder" >/dev/null; then
    dpkg-statoverride --update --add root root 0700 "$folder"
  fi
}

# Of password hashes of the old kind; what the operator has set is left alone. Debian's own are yescrypt.
set_hash_rounds() {
  local file=/etc/login.defs
  if [[ -f $file ]] && ! grep -qE '^SHA_CRYPT_(MIN|MAX)_ROUNDS[[:space:]]' "$file"; then
    write_file "$file" 0644 root:root "$(<"$file")"$'\n'"SHA_CRYPT_MIN_ROUNDS 65536"$'\n'
  fi
}

main "$@"
