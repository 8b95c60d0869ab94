#!/bin/bash
# Functions for the second contact, over the ed25519 host key: remove the bootstrap host key for good, expect the private
# network, wait until the packages are installed. If the installation failed, each run tries it again with the current
# settings. If it succeeded, the run changes the package repository if the settings name another one.
# Inputs: HOST_CONF and INSTALLER (texts of /etc/jitsi-hetzner/host.conf and of the installer), PRIVATE_IP (the address of the
# host in the private network), PRIVATE_GATEWAY (the gateway of that network), SSHD_CONF (the text of a file).
: "${HOST_CONF:?}" "${INSTALLER:?}" "${PRIVATE_IP:?}" "${PRIVATE_GATEWAY:?}" "${SSHD_CONF:?}" "${state_dir:?}"

readonly installer=/usr/local/sbin/jitsi-hetzner-install
readonly installed=/var/lib/jitsi-hetzner/installed
readonly install_log=/var/log/cloud-init-output.log
readonly cloud_init_result=/run/cloud-init/result.json
readonly sshd_conf=/etc/ssh/sshd_config.d/20-jitsi-hetzner-hostkey.conf
readonly sshd_note=sshd-settings

install_packages() {
  wait_for_cloud_init || {
    last_lines "$install_log"
    fatal "cloud-init did not end in 600 s" "read the log above; on the host: cloud-init status --long; then: pulumi up"
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
  last_lines "$install_log" 8
  install_again
}

# SSHD_CONF names the ed25519 key only, so that the removal lasts even if cloud-init writes the bootstrap key again. It comes
# here and not at the first boot, because its algorithms exclude the type of the bootstrap key.
remove_bootstrap_key() {
  local before='' sum
  if [[ -f $sshd_conf ]]; then
    before=$(<"$sshd_conf")
  fi
  write_file "$sshd_conf" 0644 root:root "$SSHD_CONF"
  sum=$(sha256sum <"$sshd_conf")
  if ! sshd -t; then
    # With this file, sshd would not start at the next boot.
    if [[ -n $before ]]; then
      write_file "$sshd_conf" 0644 root:root "$before"$'\n'
    else
      rm -f "$sshd_conf"
    fi
    fatal "sshd refuses its configuration" "repair what the lines above show in /etc/ssh/sshd_config.d, then: pulumi up"
  fi
  # A reload ends no session. If an earlier run stopped before its reload, this run reloads.
  if [[ $FILE_CHANGED == yes || -e /etc/ssh/ssh_host_ecdsa_key || ! -f $state_dir/$sshd_note || $(<"$state_dir/$sshd_note") != "$sum" ]]; then
    systemctl reload ssh
    remember "$sshd_note" "$sum"
    rm -f /etc/ssh/ssh_host_ecdsa_key /etc/ssh/ssh_host_ecdsa_key.pub
    info "removed the bootstrap host key"
  fi
}

# Runs before the long wait for packages, because no later step works without the private network.
expect_private_network() {
  local problem
  expect_private_address "$PRIVATE_IP"
  problem=$(large_packets_problem "$(private_interface "$PRIVATE_IP")" "$PRIVATE_GATEWAY")
  [[ -z $problem ]] || fatal "$problem" "repair it on $HOSTNAME; then: pulumi up"
}

# Whether cloud-init is disabled is asked once: only a boot changes it, and each question takes half a second of CPU from
# the installation.
wait_for_cloud_init() {
  if cloud_init_ended || [[ $(timeout 10 cloud-init status 2>/dev/null) == *'status: disabled'* ]]; then
    return
  fi
  wait_for 600 "cloud-init to end" cloud_init_ended
}

# Uses the file that cloud-init writes at its end. `cloud-init status` reports "error" as soon as one stage failed, while
# later stages still install packages (cloud-init 22). A second installation at that time finds debconf locked.
cloud_init_ended() {
  [[ -s $cloud_init_result ]]
}

install_again() {
  info "the first installation failed; trying once more"
  timeout 480 "$installer" >>"$install_log" 2>&1 || {
    last_lines "$install_log" 30
    fatal "the packages cannot be installed" "repair what the log above shows, then: pulumi up"
  }
  [[ -e $installed ]] || fatal "$installer succeeded, but did not write $installed" "pulumi up"
}
