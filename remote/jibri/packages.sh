#!/bin/bash
# Functions for the packages of a recorder. Input: state_dir.
: "${state_dir:?}"

# The packages that the recorder has brought to a host that had others before, one in each line.
readonly packages_note=$state_dir/recorder-packages
# Written by jibri/kernel.
# shellcheck disable=SC2034 # read by the scripts that follow
readonly grub_conf=/etc/default/grub.d/60-jitsi-hetzner.cfg

installed_packages() {
  dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | sort -u
}

# install_packages_of_recorder: those of a host that cloud-init has not made a recorder. Notes the new ones.
install_packages_of_recorder() {
  local before after
  before=$(installed_packages)
  timeout 580 /usr/local/sbin/jitsi-hetzner-install recorder ||
    fatal "the packages of a recorder cannot be installed on $HOSTNAME" "repair what the lines above show, then: pulumi up"
  after=$(installed_packages)
  install -d -m 0755 "$state_dir"
  comm -13 <(printf '%s\n' "$before") <(printf '%s\n' "$after") >>"$packages_note"
}
