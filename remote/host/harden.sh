#!/bin/bash
# Closes what a fresh host leaves open: its private side and the metadata service by packet filter, files with
# secrets by their modes. Safe to repeat; cuts no connection that is allowed. Input: NFT_RULES.
set -euo pipefail
: "${NFT_RULES:?}"

readonly rules=/etc/nftables.d/jitsi-hetzner.nft

main() {
  load_rules
  # The packages leave these to everybody who gets into their folders.
  keep_private /etc/jitsi/jicofo/jicofo.conf jicofo:jitsi
  keep_private /etc/jitsi/videobridge/jvb.conf jvb:jitsi
  close_debconf
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

main "$@"
