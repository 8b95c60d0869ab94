#!/bin/bash
# Gives a recorder its sound card, the kernel's module snd_aloop. Tries the module first. If the running kernel does not have
# it, as Debian's cloud kernel, installs the standard kernel and starts a reboot into it. The next step (jibri/files) waits for
# the host, because no new SSH connection is taken until then, and verifies the result. On the web host, the operator reboots.
# Inputs: NAME, MODULES_CONF, ALOOP_CONF, GRUB_CONF (texts of files).
set -euo pipefail
: "${NAME:?}" "${MODULES_CONF:?}" "${ALOOP_CONF:?}" "${GRUB_CONF:?}"
: "${reboot_note:?}" "${boot_id:?}" "${grub_conf:?}" "${sound_problem=}" # sound.sh, packages.sh

readonly grub_menu=/boot/grub/grub.cfg
# Only a web host has it.
readonly jicofo_dir=/etc/jitsi/jicofo
# Seconds. Long enough for this step to end; then for a reboot that was refused, until SSH is open again.
readonly reboot_pause=3
readonly way_back=600

main() {
  write_file /etc/modprobe.d/jitsi-hetzner-recorder.conf 0644 root:root "$ALOOP_CONF"
  write_file /etc/modules-load.d/jitsi-hetzner-recorder.conf 0644 root:root "$MODULES_CONF"
  if load_sound; then
    expect_cards
    rm -f "$reboot_note"
    keep_kernel
    info "the kernel $(uname -r) has snd_aloop"
    return
  fi
  ! kernel_has_sound || fatal "the kernel $(uname -r) of $HOSTNAME has snd_aloop and does not load it: $sound_problem" \
    "on $HOSTNAME: modprobe -v snd_aloop; dmesg | tail; repair it; then: pulumi up"
  info "the kernel $(uname -r) has no snd_aloop ($sound_problem)"
  expect_quiet
  install_kernel
  boot_standard_kernel
  leave_web_host_to_operator
  expect_quiet
  reboot_soon
}

expect_quiet() {
  ! is_recording || fatal "$HOSTNAME has to boot another kernel, and a recording is running on it" "pulumi up, after its end"
}

# A reboot of the web host ends all meetings, and other steps that run there now.
leave_web_host_to_operator() {
  if [[ -d $jicofo_dir ]]; then
    fatal "$NAME needs a kernel with sound. $next_kernel is installed and boots next, but the reboot of the web host ends all meetings" \
      "at a quiet time, on $HOSTNAME: reboot; then: pulumi up"
  fi
}

# A removal of the recorder gives the next boot back to the cloud kernel, and the standard one can still run.
keep_kernel() {
  if [[ $(uname -r) != *-cloud-amd64 && ! -e $grub_conf ]] && compgen -G '/boot/vmlinuz-*-cloud-amd64' >/dev/null && ! kernel_of_menu >/dev/null; then
    write_file "$grub_conf" 0644 root:root "$GRUB_CONF"
    boot_standard_kernel
  fi
}

install_kernel() {
  [[ $(dpkg --print-architecture) == amd64 ]] ||
    fatal "recorders need amd64, and $HOSTNAME has $(dpkg --print-architecture)" "choose another machine, then: pulumi up"
  # Before the package, whose scripts write the menu of GRUB.
  write_file "$grub_conf" 0644 root:root "$GRUB_CONF"
  info "installing the standard kernel (linux-image-amd64)"
  timeout 580 /usr/local/sbin/jitsi-hetzner-install packages linux-image-amd64 ||
    fatal "the standard kernel cannot be installed on $HOSTNAME" "repair what the lines above show, then: pulumi up"
}

# Sets next_kernel, by the menu itself and not by the setting that asks for it.
boot_standard_kernel() {
  next_kernel=unknown
  if ! command -v update-grub >/dev/null; then
    info "$HOSTNAME has no GRUB: its boot loader has to boot the standard kernel by itself"
    return
  fi
  update-grub >/dev/null 2>&1 || fatal "update-grub fails on $HOSTNAME" "on $HOSTNAME: update-grub; then: pulumi up"
  next_kernel=$(kernel_of_menu) ||
    fatal "GRUB on $HOSTNAME would not boot a standard kernel: $(grep -E '^ *set default=' "$grub_menu" | tail -n 1)" \
      "on $HOSTNAME: grep GRUB_DEFAULT /etc/default/grub /etc/default/grub.d/*; update-grub; then: pulumi up"
  info "the next boot takes the kernel $next_kernel"
}

# kernel_of_menu: the version that the menu boots by default. Fails if the default is no standard kernel of the menu.
kernel_of_menu() {
  local default version
  default=$(sed -nE 's/^ *set default="(.*)"$/\1/p' "$grub_menu" | grep -v '[$]{' | tail -n 1)
  version=$(sed -nE 's/^(.*>)?gnulinux-([^-]+(-[0-9][^-]*)?-amd64)-advanced-.*$/\2/p' <<<"$default")
  [[ -n $version && $version != *-cloud-amd64 && -e /boot/vmlinuz-$version ]] || return 1
  grep -qF "'${default##*>}'" "$grub_menu" && printf '%s' "$version"
}

# Sessions that are open live on, so this step can end. The next one is refused until the host is back. If the host cannot
# reboot, SSH opens again by itself.
reboot_soon() {
  local unit units=()
  for unit in ssh.socket ssh.service; do
    if systemctl is-active --quiet "$unit"; then
      units+=("$unit")
    fi
  done
  remember "${reboot_note##*/}" "$(<"$boot_id") $next_kernel"
  systemctl reset-failed --quiet 'jitsi-hetzner-reboot*' 'jitsi-hetzner-ssh*' 2>/dev/null || true
  systemd-run --quiet --collect --unit=jitsi-hetzner-ssh --on-active="$way_back" systemctl start "${units[@]:-ssh.service}"
  # apt holds a reboot up while it works.
  systemd-run --quiet --collect --unit=jitsi-hetzner-reboot --on-active="$reboot_pause" --timer-property=AccuracySec=1 \
    bash -c 'for attempt in {1..60}; do systemctl reboot && exit; sleep 5; done; exit 1'
  info "$HOSTNAME reboots from the kernel $(uname -r) into $next_kernel; the next step waits for it"
  systemctl stop "${units[@]:-ssh.service}"
}

main "$@"
