#!/bin/bash
# Leaves a machine as it was found: takes away packages, users, files, units and rules of this program, compares with the
# record of the first day, and prints what differs. The web host has drained it before. Safe to repeat: the program itself goes
# last.
set -euo pipefail
: "${state_dir:?}" "${before:?}" "${own_list:?}" "${own_keyring:?}"

readonly forward_user=jitsi-hetzner-forward
readonly forward_home=/var/lib/jitsi-hetzner-forward
readonly units=/etc/systemd/system
readonly ca_folder=/usr/local/share/ca-certificates
readonly recordings=/srv/recordings
readonly grub_conf=/etc/default/grub.d/60-jitsi-hetzner.cfg

main() {
  lock_machine
  if [[ ! -e $before/complete ]]; then
    info "nothing was changed on this machine yet"
    remove_program
    return
  fi
  expect_no_recordings
  remove_filter
  stop_units
  remove_packages
  remove_files
  remove_users
  restore_former
  tell_differences
  tell_kernel
  remove_program
  info "this machine has left the cluster"
}

# The web host has drained the recorder. What is still there has no other copy.
expect_no_recordings() {
  local files
  files=$(find "$recordings" -type f 2>/dev/null | head -n 5) || true
  if [[ -n $files ]]; then
    fatal "recordings are on this machine, and would be lost: ${files//$'\n'/, }" \
      "copy them away and delete them (scp; rm -r $recordings), then: pulumi up"
  fi
}

stop_units() {
  local unit
  for unit in jitsi-hetzner-start.socket jitsi-hetzner-copy.socket jitsi-hetzner-recorder.socket jitsi-hetzner-keep.timer jitsi-hetzner-upload.timer \
    jibri.service jibri-icewm.service jibri-xorg.service; do
    systemctl disable --quiet --now "$unit" 2>/dev/null || true
  done
  # An X server that was killed leaves them, and they look like a display that is taken.
  pgrep -x Xorg >/dev/null 2>&1 || rm -f /tmp/.X11-unix/X0 /tmp/.X0-lock
}

# Only what came with this program. What the owner has installed since, and what that needs, stays.
remove_packages() {
  local ours=() kept package
  complete_dpkg
  # The kernel that runs refuses to be removed.
  mapfile -t ours < <(our_packages | grep -vxF "linux-image-$(uname -r)")
  if ((${#ours[@]} > 0)); then
    kept=$(needed_by_others "${ours[@]}")
    if [[ -n $kept ]]; then
      info "these packages stay, because others need them: $kept"
      mapfile -t ours < <(comm -23 <(printf '%s\n' "${ours[@]}" | sort) <(tr ' ' '\n' <<<"$kept" | sort))
    fi
  fi
  if ((${#ours[@]} > 0)); then
    apt-mark unhold "${ours[@]}" >/dev/null 2>&1 || true
    apt_get purge -y --allow-change-held-packages "${ours[@]}" ||
      fatal "the packages cannot be removed" "repair what the lines above show, then: pulumi up"
  fi
  # Packages that were there before can be marked otherwise now.
  while read -r package; do
    if ! grep -qxF "$package" "$before/manual" && was_installed "$package"; then
      apt-mark auto "$package" >/dev/null
    fi
  done < <(apt-mark showmanual)
  while read -r package; do
    if ! grep -qxF "$package" "$before/hold"; then
      mark_package unhold "$package"
    fi
  done < <(apt-mark showhold)
}

# needed_by_others PACKAGE...: those of them that packages of the owner need.
needed_by_others() {
  local plan others
  plan=$(apt-get -s purge "$@" 2>&1) ||
    fatal "apt cannot remove the packages of this program: $(grep -m 3 -E '^(E:|W:| )' <<<"$plan" | paste -sd ' ')" \
      "on this machine: apt-get -s purge $*; repair what it says, then: pulumi up"
  others=$(sed -nE 's/^(Purg|Remv) ([^ ]+) .*/\2/p' <<<"$plan" | sort -u | comm -23 - <(printf '%s\n' "$@" | sort -u))
  if [[ -z $others ]]; then
    return
  fi
  # shellcheck disable=SC2086 # a list of words
  apt-cache depends --recurse --installed --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances $others |
    sed -nE 's/^[^ ]+$/&/p' | sort -u | comm -12 - <(printf '%s\n' "$@" | sort -u) | paste -sd ' '
}

remove_files() {
  local domain
  domain=$(sed -n 's/^DOMAIN=//p' /etc/jitsi-hetzner/node.conf 2>/dev/null) || true
  rm -rf "$units"/jitsi-hetzner-* "$units"/jitsi-videobridge2.service.d/{50-jitsi-hetzner,65-jitsi-hetzner-memory,jitsi-hetzner}.conf "$units"/jibri{,-xorg,-icewm}.service.d/jitsi-hetzner.conf
  rm -f "$units/nftables.service.d/50-jitsi-hetzner.conf"
  remove_recorder
  rm -f /usr/local/sbin/jitsi-hetzner-* /etc/needrestart/conf.d/50-jitsi-hetzner.conf
  rm -f "$own_list" "$own_keyring" /var/lib/apt/lists/*jitsi*
  restore_lists
  remove_empty "$units/nftables.service.d" "$units/jitsi-videobridge2.service.d" "$units"/jibri{,-xorg,-icewm}.service.d /etc/needrestart/conf.d /etc/needrestart
  # Java's packages leave it where their keystore went before.
  if ! was_installed ca-certificates-java && [[ ! -e /usr/share/ca-certificates-java ]]; then
    rm -f /etc/ca-certificates/update.d/jks-keystore
    remove_java_store
  fi
  systemctl daemon-reload
  # A jibri that has ended itself counts as failed, without its unit too.
  systemctl reset-failed 'jitsi-*' 'jibri*' 2>/dev/null || true
  if [[ -n $domain && -e $ca_folder/auth.$domain.crt ]]; then
    rm -f "$ca_folder/auth.$domain.crt"
    update-ca-certificates --fresh >/dev/null || info "update-ca-certificates failed: run it on this machine"
  fi
  if [[ ! -e $before/etc-jitsi.tar ]]; then
    rm -rf /etc/jitsi /var/log/jitsi /var/lib/jitsi-hetzner-copy
  fi
}

# The certificates that Java trusts, if the machine had none before.
remove_java_store() {
  if [[ ! -e $before/java-store ]]; then
    rm -f /etc/ssl/certs/java/cacerts
    remove_empty /etc/ssl/certs/java
  fi
}

# Sound card, browser, folders and boot menu of a recorder. A standard kernel that runs now stays until the next boot.
remove_recorder() {
  rm -f /etc/modprobe.d/jitsi-hetzner-recorder.conf /etc/modules-load.d/jitsi-hetzner-recorder.conf
  rm -f /usr/local/bin/jitsi-hetzner-finalize /etc/chromium/policies/managed/jitsi-hetzner.json
  remove_empty /etc/chromium/policies/managed /etc/chromium/policies /etc/chromium
  rm -rf "$recordings"
  if [[ -e $grub_conf ]]; then
    rm -f "$grub_conf"
    remove_empty "${grub_conf%/*}"
    update-grub >/dev/null 2>&1 || info "update-grub failed: run it on this machine"
  fi
}

# remove_empty FOLDER...: if they are ours, nothing is in them any more.
remove_empty() {
  local folder
  for folder in "$@"; do
    rmdir "$folder" 2>/dev/null || true
  done
}

# The web host's forward is still connected, and connects again while its key is here. userdel refuses a user with processes.
end_forward() {
  local second
  rm -rf "$forward_home/.ssh"
  loginctl terminate-user "$forward_user" 2>/dev/null || true
  for ((second = 0; second < 10; second++)); do
    pgrep -u "$forward_user" >/dev/null 2>&1 || return 0
    sleep 1
  done
  info "processes of the user $forward_user do not end: ps -u $forward_user"
}

# Users that were there before stay.
remove_users() {
  local user
  end_forward
  for user in "$forward_user" jvb jibri; do
    if ! grep -q "^$user:" "$before/users" && id "$user" >/dev/null 2>&1; then
      # It fails for a mailbox that is not there too, or for a home directory of root.
      userdel --remove "$user" 2>/dev/null || ! id "$user" >/dev/null 2>&1 || info "the user $user cannot be removed: ps -u $user"
    fi
  done
  for user in jitsi jvb jibri "$forward_user"; do
    if ! grep -q "^$user:" "$before/groups" && getent group "$user" >/dev/null; then
      groupdel "$user" 2>/dev/null || info "the group $user cannot be removed"
    fi
  done
  rm -rf "$forward_home"
}

# What was there of Jitsi before (adopt), and settings of the kernel.
restore_former() {
  local key value
  if [[ -e $before/etc-jitsi.tar ]]; then
    rm -rf /etc/jitsi
    tar -C / -xpf "$before/etc-jitsi.tar"
    systemctl try-restart jitsi-videobridge2 2>/dev/null || true
  fi
  while read -r key value; do
    if [[ -n $value && $(cat "/proc/sys/${key//.//}" 2>/dev/null) != "$value" ]]; then
      sysctl -q -w "$key=$value" || info "cannot set $key back to $value"
    fi
  done <"$before/kernel"
}

# The standard kernel of a recorder cannot go while it runs. An upgrade of a kernel that was there before is not of this program.
tell_kernel() {
  local kernel
  kernel=linux-image-$(uname -r)
  if [[ $kernel != *-cloud-amd64 ]] && ! was_installed linux-image-amd64 && our_packages | grep -qxF "$kernel"; then
    info "the kernel that runs stays; this machine boots its former kernel next. After that reboot: apt-get purge $kernel"
  fi
}

# The command goes last: while it is there, the step can be repeated.
remove_program() {
  rm -rf /etc/jitsi-hetzner "$state_dir"
  rm -f /usr/local/sbin/jitsi-hetzner
}

main "$@"
