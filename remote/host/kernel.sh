#!/bin/bash
# Functions for settings of the kernel. Input: SYSCTL_CONF (the text of a file for /etc/sysctl.d).
: "${SYSCTL_CONF:?}"

readonly sysctl_conf=/etc/sysctl.d/60-jitsi-hetzner.conf
readonly proc_sys=/proc/sys

# set_kernel_settings: sets each value now and for each boot. A container uses the kernel of its machine and can change only
# some settings.
set_kernel_settings() {
  local line skipped=()
  while IFS= read -r line; do
    if [[ -z $line || $line == '#'* ]]; then
      continue
    fi
    [[ $line =~ ^([a-z0-9_.*]+)\ =\ ([0-9]+)$ ]] ||
      fatal "\"$line\" is not a kernel setting" "write KEY = NUMBER in the program's file for $sysctl_conf"
    set_kernel_setting "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
  done <<<"$SYSCTL_CONF"
  write_file "$sysctl_conf" 0644 root:root "$SYSCTL_CONF"
  if ((${#skipped[@]} > 0)); then
    info "skipped, because this container does not have the setting or cannot change it: ${skipped[*]}"
  fi
}

# set_kernel_setting KEY NUMBER: a * in the key means every interface. Adds to `skipped`.
set_kernel_setting() {
  local path now error
  for path in "$proc_sys"/${1//.//}; do
    now=''
    if [[ -e $path ]]; then
      now=$(<"$path")
      if [[ $now == "$2" ]]; then
        continue
      fi
    fi
    if is_container && ! is_writable "$path"; then
      skipped+=("$1")
      continue
    fi
    [[ -n $now ]] || fatal "the kernel $(uname -r) does not know $1" "boot the kernel of Debian, then: pulumi up"
    error=$({ printf '%s\n' "$2" >"$path"; } 2>&1) ||
      fatal "the kernel refuses $2 for $1, which is $now: $error" "on $HOSTNAME: sysctl -w $1=$2; then: pulumi up"
  done
}

is_container() {
  systemd-detect-virt --quiet --container
}

# Not even root can write to a file that is mounted read-only.
is_writable() {
  [[ -w $1 ]]
}
