#!/bin/bash
# Second contact, over the ed25519 key: takes the bootstrap host key away for good, then waits until the
# packages are installed. A host whose installation failed is given another try at each run, with the settings of now;
# one that is installed takes its packages from another repository where that is asked for.
# Inputs: HOST_CONF, INSTALLER: texts of /etc/jitsi-hetzner/host.conf and of the installer; PRIVATE_IP and
# PRIVATE_GATEWAY: the host's own address in the private network, and that network's gateway; SSHD_CONF: text of a file.
set -euo pipefail

: "${HOST_CONF:?}" "${INSTALLER:?}" "${PRIVATE_IP:?}" "${PRIVATE_GATEWAY:?}" "${SSHD_CONF:?}" "${state_dir:?}"

readonly installer=/usr/local/sbin/jitsi-hetzner-install
readonly installed=/var/lib/jitsi-hetzner/installed
readonly log=/var/log/cloud-init-output.log
readonly cloud_init_result=/run/cloud-init/result.json
readonly sshd_conf=/etc/ssh/sshd_config.d/20-jitsi-hetzner-hostkey.conf
readonly sshd_note=sshd-settings

main() {
  remove_bootstrap_key
  expect_private_network
  wait_for 600 "cloud-init to end" cloud_init_ended || {
    last_lines "$log"
    fatal "cloud-init did not end in 600 s" "see the log above; on the host: cloud-init status --long; then: pulumi up"
  }
  write_file /etc/jitsi-hetzner/host.conf 0644 root:root "$HOST_CONF"
  write_file "$installer" 0755 root:root "$INSTALLER"
  if [[ -e $installed ]]; then
    timeout 480 "$installer" repository ||
      fatal "the package repository cannot be used" "repair what the lines above show, then: pulumi up"
    info "packages are installed"
    return
  fi
  cloud-init status --long || true
  last_lines "$log" 8
  install_again
}

# Naming the one key for sshd makes the removal last even if cloud-init ever writes the other key again. The algorithms
# come here and not with the first boot: the bootstrap key is of a kind that they leave out.
remove_bootstrap_key() {
  local before='' sum
  if [[ -f $sshd_conf ]]; then
    before=$(<"$sshd_conf")
  fi
  write_file "$sshd_conf" 0644 root:root "$SSHD_CONF"
  sum=$(sha256sum <"$sshd_conf")
  if ! sshd -t; then
    # With it the next boot would have no sshd.
    if [[ -n $before ]]; then
      write_file "$sshd_conf" 0644 root:root "$before"$'\n'
    else
      rm -f "$sshd_conf"
    fi
    fatal "sshd refuses its configuration" "see the lines above; the files are in /etc/ssh/sshd_config.d"
  fi
  # A reload cuts no session. One that a break prevented is made good here.
  if [[ $FILE_CHANGED == yes || -e /etc/ssh/ssh_host_ecdsa_key || ! -f $state_dir/$sshd_note || $(<"$state_dir/$sshd_note") != "$sum" ]]; then
    systemctl reload ssh
    remember "$sshd_note" "$sum"
    rm -f /etc/ssh/ssh_host_ecdsa_key /etc/ssh/ssh_host_ecdsa_key.pub
    info "the bootstrap host key is gone"
  fi
}

# Before the long wait for packages: nothing works later without it.
expect_private_network() {
  local problem
  expect_private_address "$PRIVATE_IP"
  problem=$(large_packets_problem "$(private_interface "$PRIVATE_IP")" "$PRIVATE_GATEWAY")
  [[ -z $problem ]] || fatal "$problem" "repair it on $HOSTNAME; then: pulumi up"
}

# By the file that cloud-init writes at its end: `status` says "error" as soon as one stage failed, while later ones still
# install packages (cloud-init 22), and a second installation beside the first one finds debconf locked.
cloud_init_ended() {
  [[ -s $cloud_init_result || $(timeout 10 cloud-init status 2>/dev/null) == *'status: disabled'* ]]
}

install_again() {
  info "the first installation failed, trying once more"
  timeout 480 "$installer" >>"$log" 2>&1 || {
    last_lines "$log" 30
    fatal "the packages cannot be installed" "repair what the log above shows, then: pulumi up"
  }
  [[ -e $installed ]] || fatal "$installer ended well but left no $installed" "pulumi up"
}

main "$@"
