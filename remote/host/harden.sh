#!/bin/bash
# Function that closes what a new host leaves open: the private network and the metadata service by a packet filter, files
# with secrets by their modes, and features that no program here uses. Safe to repeat. Restarts nothing and cuts no allowed
# connection. Needs kernel.sh. Inputs: NFT_RULES. All others are texts of files.
: "${NFT_RULES:?}" "${SYSCTL_CONF:?}" "${MODPROBE_CONF:?}" "${CORE_LIMITS:?}" "${COREDUMP_CONF:?}" "${PROFILE:?}" "${ISSUE:?}"

readonly rules=/etc/nftables.d/jitsi-hetzner.nft

harden() {
  load_rules
  # The packages let every user read these who can enter their folders.
  keep_private /etc/jitsi/jicofo/jicofo.conf jicofo:jitsi
  keep_private /etc/jitsi/videobridge/jvb.conf jvb:jitsi
  close_debconf
  set_kernel_settings
  write_file /etc/modprobe.d/jitsi-hetzner.conf 0644 root:root "$MODPROBE_CONF"
  write_file /etc/security/limits.d/60-jitsi-hetzner.conf 0644 root:root "$CORE_LIMITS"
  write_file /etc/systemd/coredump.conf.d/60-jitsi-hetzner.conf 0644 root:root "$COREDUMP_CONF"
  write_file /etc/profile.d/jitsi-hetzner.sh 0644 root:root "$PROFILE"
  set_hash_rounds
  # Consoles show the first one. sshd shows neither.
  write_file /etc/issue 0644 root:root "$ISSUE"
  write_file /etc/issue.net 0644 root:root "$ISSUE"
}

# nftables.service loads the main file at boot, before the network is up, so the main file must include the rules.
load_rules() {
  local main_file=/etc/nftables.conf
  nft -c -f - <<<"$NFT_RULES" || fatal "nft refuses the rules" "repair what the lines above show, then: pulumi up"
  write_file "$rules" 0644 root:root "$NFT_RULES"
  if ! grep -qF "include \"$rules\"" "$main_file"; then
    printf '\ninclude "%s"\n' "$rules" >>"$main_file"
  fi
  nft -f - <<<"$(all_rules)"
  systemctl enable --quiet nftables
}

# On the web host, existing machines have rules in the same table, which the main file makes anew (web/access).
all_rules() {
  local file
  printf 'include "%s"\n' "$rules"
  for file in "${rules%.nft}"-node-*.nft; do
    if [[ -f $file ]]; then
      printf 'include "%s"\n' "$file"
    fi
  done
}

# keep_private FILE OWNER:GROUP: does nothing if the host does not have the file.
keep_private() {
  if [[ -f $1 ]]; then
    chown "$2" "$1"
    chmod 0640 "$1"
  fi
}

# debconf keeps the secret for TURN in a file that every user can read, and rewrites that file with each package. So the
# folder is closed, in a way that upgrades of debconf keep.
close_debconf() {
  local folder=/var/cache/debconf
  if ! dpkg-statoverride --list "$folder" >/dev/null; then
    dpkg-statoverride --update --add root root 0700 "$folder"
  fi
}

# For password hashes of the old kind. Debian itself uses yescrypt. A value that the operator has set stays.
set_hash_rounds() {
  local file=/etc/login.defs
  if [[ -f $file ]] && ! grep -qE '^SHA_CRYPT_(MIN|MAX)_ROUNDS[[:space:]]' "$file"; then
    write_file "$file" 0644 root:root "$(<"$file")"$'\n'"SHA_CRYPT_MIN_ROUNDS 65536"$'\n'
  fi
}
