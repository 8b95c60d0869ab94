#!/bin/bash
# Functions for the packet filter of a machine. It has a table of its own, so rules of others stay. It cannot lock SSH out: the
# ports of sshd come first, and without a new SSH connection it goes away by itself. Needs lib.sh. Input: state_dir.
: "${state_dir:?}"

readonly filter_file=/etc/jitsi-hetzner/filter.nft
readonly filter_table=jitsi_hetzner_node
readonly filter_unit=jitsi-hetzner-filter.service
readonly way_back=jitsi-hetzner-filter-back
# Seconds in which a new SSH connection must come: the next step, or the operator's next `pulumi up`.
readonly trial_seconds=120 second_trial_seconds=900
# The note that names the rules that a new connection has confirmed.
readonly confirmed=$state_dir/filter-confirmed

# filter_text RULES: with the ports on which sshd listens now and after its next start.
filter_text() {
  printf '%s\n' "$1"
  { sshd -T 2>/dev/null | sed -n 's/^port //p'; ss -Hltnp 2>/dev/null | sed -nE 's/.*:([0-9]+) .*"sshd".*/\1/p'; } | sort -un |
    sed "s/.*/add element inet $filter_table ssh_ports { & }/"
}

# try_filter RULES: loads rules that were not confirmed yet for a trial. Confirmed ones are loaded for good.
try_filter() {
  local text sum
  text=$(filter_text "$1")
  sum=$(sha256sum <<<"$text")
  nft -c -f - <<<"$text" || fatal "nft refuses the rules" "repair what the lines above show, then: pulumi up"
  if [[ -r $confirmed && $(<"$confirmed") == "$sum" ]]; then
    nft -f - <<<"$text"
    return
  fi
  start_way_back "$trial_seconds"
  nft -f - <<<"$text"
  info "the packet filter is in force; without a new SSH connection it goes away in $trial_seconds s"
}

# start_way_back SECONDS: a timer of systemd, because it also works if this step and its connection are gone.
start_way_back() {
  systemctl stop "$way_back.timer" "$way_back.service" 2>/dev/null || true
  systemd-run --quiet --unit="$way_back" --on-active="$1" --timer-property=AccuracySec=1s \
    "$(command -v nft)" delete table inet "$filter_table" ||
    fatal "systemd cannot start the timer that takes the packet filter back, so it was not loaded" "systemctl status; then: pulumi up"
}

# keep_filter RULES: this connection is new, so SSH is open.
keep_filter() {
  local text
  text=$(filter_text "$1")
  if ! nft list table inet "$filter_table" >/dev/null 2>&1; then
    # The timer was faster. Its rules may have locked SSH out.
    if [[ ! -r $confirmed || $(<"$confirmed") != "$(sha256sum <<<"$text")" ]]; then
      start_way_back "$second_trial_seconds"
      nft -f - <<<"$text"
      fatal "the packet filter was taken back, because no new SSH connection came in time; it is in force again, for a trial" \
        "pulumi up in the next $((second_trial_seconds / 60)) minutes; if it fails again: can this machine be reached at the port in existingNodes?"
    fi
    nft -f - <<<"$text"
  fi
  write_file "$filter_file" 0644 root:root "$text"$'\n'
  systemctl enable --quiet "$filter_unit"
  systemctl stop "$way_back.timer" 2>/dev/null || true
  # Active, so that a reload of nftables.service loads it again.
  systemctl restart "$filter_unit"
  remember "${confirmed##*/}" "$(sha256sum <<<"$text")"
}

remove_filter() {
  systemctl stop "$way_back.timer" "$way_back.service" 2>/dev/null || true
  systemctl disable --quiet --now "$filter_unit" 2>/dev/null || true
  if nft list table inet "$filter_table" >/dev/null 2>&1; then
    nft delete table inet "$filter_table"
  fi
}
