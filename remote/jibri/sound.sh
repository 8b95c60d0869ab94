#!/bin/bash
# Functions for the sound card of a recorder, which is the kernel's module snd_aloop. Inputs: NAME, state_dir.
: "${NAME:?}" "${state_dir:?}"

# The note of a reboot that was asked for: the id of the boot before it, and the kernel that is to run.
readonly reboot_note=$state_dir/kernel-reboot
readonly boot_id=/proc/sys/kernel/random/boot_id
readonly sound_cards=/proc/asound/cards
readonly jibri_health=http://127.0.0.1:2222/jibri/api/v1.0/health
# jibri's asoundrc names Loopback and Loopback_1.
readonly needed_cards=2

# load_sound: fails if the module does not load. Sets sound_problem to the reason.
load_sound() {
  sound_problem=''
  sound_problem=$(modprobe snd_aloop 2>&1) || {
    sound_problem=${sound_problem:-modprobe snd_aloop fails without a reason}
    return 1
  }
}

# kernel_has_sound: whether the running kernel has the module, loaded or not.
kernel_has_sound() {
  modinfo snd_aloop >/dev/null 2>&1
}

# expect_cards: an earlier load can have made fewer cards. A container shows the cards of its machine, or none.
expect_cards() {
  if is_container || (($(count_cards) >= needed_cards)); then
    return
  fi
  is_recording && fatal "the sound card of $NAME has to be loaded again, and a recording is running" "pulumi up, after its end"
  info "loading snd_aloop again, because it has $(count_cards) of $needed_cards cards"
  modprobe -r snd_aloop || true
  modprobe snd_aloop || true
  (($(count_cards) >= needed_cards)) ||
    fatal "snd_aloop has $(count_cards) cards after it was loaded again, and $NAME needs $needed_cards" \
      "on $HOSTNAME: cat $sound_cards; lsof /dev/snd/*; reboot at a quiet time; then: pulumi up"
}

count_cards() {
  awk '/ \[Loopback/ { count++ } END { print count + 0 }' "$sound_cards" 2>/dev/null || echo 0
}

is_container() {
  systemd-detect-virt --quiet --container
}

# is_recording: whether jibri records or streams. A host without jibri does not.
is_recording() {
  [[ $(curl -fsS --max-time 5 --noproxy '*' "$jibri_health" 2>/dev/null | jq -r '.status.busyStatus' 2>/dev/null) == BUSY ]] ||
    pgrep -u jibri -x ffmpeg >/dev/null 2>&1
}

# expect_sound: the step after a reboot. Fails with the kernel and the reason if the module does not load.
expect_sound() {
  local before='' wanted=''
  if [[ -f $reboot_note ]]; then
    read -r before wanted <"$reboot_note" || true
    [[ $before != "$(<"$boot_id")" ]] ||
      fatal "$HOSTNAME has not rebooted into the kernel $wanted, and still runs $(uname -r)" \
        "on $HOSTNAME: systemctl list-jobs; journalctl -u jitsi-hetzner-reboot; reboot; then: pulumi up"
  fi
  if ! load_sound; then
    fatal "the kernel $(uname -r) of $HOSTNAME does not load snd_aloop, the sound card of $NAME${wanted:+ ($wanted was to be booted)}: $sound_problem" \
      "on $HOSTNAME: modprobe -v snd_aloop; dmesg | tail; uname -r must be a kernel of the package linux-image-amd64; then: pulumi up"
  fi
  expect_cards
  rm -f "$reboot_note"
}
