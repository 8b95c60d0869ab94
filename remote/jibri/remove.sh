#!/bin/bash
# Takes the recorder off a host that stays, after its drain. Recordings that are on the host stay in /srv/recordings. The standard
# kernel stays too, because it can be the one that runs; the next boot takes the kernel of before.
# Input: NAME.
set -euo pipefail
: "${NAME:?}" "${state_dir:?}" "${packages_note:?}" "${grub_conf:?}" # lib.sh, jibri/packages.sh

readonly jibri_dir=/etc/jitsi/jibri
readonly recorder_json=/etc/jitsi-hetzner/recorder.json
readonly recordings_dir=/srv/recordings
readonly unit_dir=/etc/systemd/system
readonly own_units=(jitsi-hetzner-recorder.socket jitsi-hetzner-keep.timer jitsi-hetzner-upload.timer)
readonly jibri_units=(jibri.service jibri-icewm.service jibri-xorg.service)

main() {
  ! is_recording || fatal "$NAME records" "wait for the end of the recording, then: pulumi up"
  # The next recorder on the web host has the same name, and begins without these notes.
  jitsi-hetzner forget <<<"{\"version\": 1, \"nickname\": \"$NAME\"}"
  stop_units
  remove_packages
  remove_files
  boot_former_kernel
  info "$NAME is off this host"
}

stop_units() {
  local unit
  for unit in "${own_units[@]}" "${jibri_units[@]}"; do
    if [[ -e $unit_dir/$unit ]]; then
      systemctl disable --quiet --now "$unit" || fatal "$unit does not stop" "journalctl -u $unit -n 50; then: pulumi up"
    fi
  done
}

# Those that the recorder has brought, and no others: this host can need the rest.
remove_packages() {
  local packages
  if [[ ! -f $packages_note ]]; then
    return
  fi
  packages=$(comm -12 <(sort "$packages_note") <(installed_packages))
  if [[ -n $packages ]]; then
    complete_dpkg
    # shellcheck disable=SC2086 # a list of words
    apt_get purge -y --allow-change-held-packages $packages ||
      fatal "the packages of the recorder cannot be removed" "repair what the lines above show, then: pulumi up"
  fi
  # The package of jibri leaves its user behind.
  if id jibri >/dev/null 2>&1; then
    userdel --remove jibri 2>/dev/null || fatal "the user jibri cannot be removed" "on $HOSTNAME: ps -u jibri; userdel --remove jibri; then: pulumi up"
  fi
  rm -f "$packages_note"
}

remove_files() {
  rm -rf "$jibri_dir" "$unit_dir"/jibri{,-xorg,-icewm}.service.d "$unit_dir"/jitsi-hetzner-{recorder,keep,upload}{.socket,.service,.timer,@.service}
  rm -f /usr/local/bin/jitsi-hetzner-finalize /usr/local/sbin/jitsi-hetzner-recorder
  rm -f /etc/chromium/policies/managed/jitsi-hetzner.json /etc/modules-load.d/jitsi-hetzner-recorder.conf
  rm -f /etc/modprobe.d/jitsi-hetzner-recorder.conf "$recorder_json" "$state_dir"/{recorder-*,jibri-for,kernel-reboot}
  rm -rf "$state_dir/uploads" /run/jitsi-hetzner-recorder
  systemctl daemon-reload
  # What is not empty stays. Another user can get the number of the user jibri.
  if ! rmdir "$recordings_dir/current" "$recordings_dir/finished" "$recordings_dir" 2>/dev/null && [[ -e $recordings_dir ]]; then
    chown -R root:root "$recordings_dir"
    info "recordings stay in $recordings_dir"
  fi
}

boot_former_kernel() {
  if [[ -e $grub_conf ]]; then
    rm -f "$grub_conf"
    update-grub >/dev/null 2>&1 || fatal "update-grub fails on $HOSTNAME" "on $HOSTNAME: update-grub; then: pulumi up"
  fi
}

main "$@"
