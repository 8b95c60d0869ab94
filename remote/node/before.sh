#!/bin/bash
# Functions that record a machine as it was found, and compare. Needs lib.sh.
: "${state_dir:?}"

readonly before=$state_dir/before
# Of the installer (jitsi-hetzner-install). A machine that had Jitsi before (adopt) can have them already.
readonly lists_dir=/etc/apt/sources.list.d
readonly own_list=$lists_dir/jitsi-stable.list
readonly own_keyring=/usr/share/keyrings/jitsi-keyring.gpg
# Files that change by themselves, or that only mirror others.
readonly volatile='^/etc/(ld\.so\.cache|adjtime|mtab|resolv\.conf|\.pwd\.lock|\.updated|(passwd|group|shadow|gshadow|subuid|subgid)-?|ssl/certs/(java/cacerts|[0-9a-f]{8}\.[0-9]+)|jitsi-hetzner/.*)$'
# What this program asks apt for by name (jitsi-hetzner-install), as a pattern. apt marks it as the owner's wish.
readonly asked_for='jitsi-.*|jibri|curl|jq|nftables|openssl|gpg|ca-certificates|chromium(-common|-driver|-sandbox)?|fonts-(liberation|noto-(cjk|color-emoji|core))|rclone|sudo|linux-image-amd64|jicofo'
# Settings of the kernel that a package of Jitsi changes.
readonly kernel_settings=(net.core.rmem_max net.core.netdev_max_backlog)

# A step whose `pulumi` was killed goes on running. Packages are installed for at most 15 minutes.
readonly lock_seconds=960

# lock_machine: one step at a time changes packages and files of a machine. Held until the step ends.
lock_machine() {
  mkdir -p "$state_dir"
  exec 7>"$state_dir/machine.lock"
  if flock -n 7; then
    return
  fi
  info "waiting for an earlier step that still runs on this machine"
  flock -w "$lock_seconds" 7 ||
    fatal "an earlier step has not ended in $lock_seconds s" "on this machine: pgrep -af jitsi-hetzner; end that process, then: pulumi up"
}

# record_before: once in a machine's time in the cluster, before anything is changed. A run that was cut repeats it.
record_before() {
  local path
  if [[ -e $before/complete ]]; then
    return
  fi
  install -d -m 0700 "$before"
  take_record "$before"
  if [[ -d /etc/jitsi ]]; then
    tar -C / -cf "$before/etc-jitsi.tar" etc/jitsi
  fi
  for path in "$own_list" "$own_keyring"; do
    if [[ -e $path ]]; then
      cp -p "$path" "$before/"
    fi
  done
  if [[ -e /etc/ssl/certs/java ]]; then
    touch "$before/java-store"
  fi
  printf '%s\n' "$(date -u +%FT%TZ)" >"$before/complete"
  info "recorded this machine as it is in $before"
}

# take_record FOLDER
take_record() {
  local folder=$1 key
  dpkg-query -W -f '${db:Status-Status} ${Package}:${Architecture} ${Version}\n' | sort >"$folder/packages"
  apt-mark showmanual | sort >"$folder/manual"
  apt-mark showhold | sort >"$folder/hold"
  cut -d : -f 1,3,4,6,7 /etc/passwd | sort >"$folder/users"
  cut -d : -f 1,3,4 /etc/group | sort >"$folder/groups"
  systemctl list-unit-files --no-legend --no-pager | awk '{ print $1, $2 }' | grep -vE ' (transient|generated)$' | sort >"$folder/units"
  list_files >"$folder/files"
  list_rules >"$folder/rules"
  for key in "${kernel_settings[@]}"; do
    printf '%s %s\n' "$key" "$(cat "/proc/sys/${key//.//}" 2>/dev/null || true)"
  done >"$folder/kernel"
}

# Each file below /etc with its mode, its owner and a checksum, and each link with its target.
list_files() {
  find /etc -xdev \( -type f -o -type l \) -print0 | sort -z | while IFS= read -r -d '' path; do
    if [[ $path =~ $volatile ]]; then
      continue
    fi
    if [[ -L $path ]]; then
      printf '%s -> %s\n' "$path" "$(readlink "$path")"
    else
      printf '%s %s %s\n' "$path" "$(stat -c '%a %U:%G' "$path")" "$(sha256sum <"$path" | cut -c 1-16)"
    fi
  done
}

# The rules of the packet filter, without what counts packets and without the table of this program.
list_rules() {
  if ! command -v nft >/dev/null; then
    return
  fi
  nft list ruleset 2>/dev/null | awk '/^table inet jitsi_hetzner_node / { skip = 1 } !skip { print } /^}/ { skip = 0 }' |
    sed -E 's/ counter packets [0-9]+ bytes [0-9]+//' || true
}

# set_lists_aside REPOSITORY: apt refuses to work with two lists of one repository that name different keys. It ignores files
# that end with .disabled.
set_lists_aside() {
  local list
  for list in "$lists_dir"/*.list "$lists_dir"/*.sources; do
    if [[ -f $list && $list != "$own_list" ]] && grep -qF "${1%/}" "$list"; then
      mv "$list" "$list.disabled"
      printf '%s\n' "$list" >>"$before/lists-aside"
      info "set $list aside, because it names the repository of this cluster too"
    fi
  done
}

# restore_lists: after the list and the key of this program are gone.
restore_lists() {
  local list
  if [[ -e $before/lists-aside ]]; then
    while read -r list; do
      if [[ -e $list.disabled ]]; then
        mv "$list.disabled" "$list"
      fi
    done <"$before/lists-aside"
  fi
  for list in "$own_list" "$own_keyring"; do
    if [[ -e $before/${list##*/} ]]; then
      cp -p "$before/${list##*/}" "$list"
    fi
  done
}

# our_packages: those that this program has installed, with what they need: all that are new, but for those that the owner has
# asked for since. Prints one a line, sorted; removed ones that have left their settings too.
our_packages() {
  comm -13 <({ sed -n 's/^installed \([^: ]*\):.*/\1/p' "$before/packages"; owners_packages; } | sort -u) \
    <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -nE 's/^(installed|config-files|half-configured|unpacked|half-installed) //p' | sort -u)
}

# Marked as wanted by somebody, and neither from before nor of this program.
owners_packages() {
  apt-mark showmanual | grep -vxE "$asked_for" || true
}

# was_installed PACKAGE
was_installed() {
  grep -qE "^installed $1:" "$before/packages"
}

# tell_differences: compares with the record. Prints what differs, and its count.
tell_differences() {
  local now what lines count=0
  now=$(mktemp -d)
  take_record "$now"
  for what in packages manual hold users groups units files rules kernel; do
    lines=$({ diff "$before/$what" "$now/$what" || true; } | grep '^[<>]') || continue
    count=$((count + $(wc -l <<<"$lines")))
    info "$what differ (< before, > now):"
    printf '%s\n' "$lines" >&4
  done
  rm -rf "$now"
  if ((count == 0)); then
    info "packages, users, units, files in /etc and packet filter are as they were found"
  fi
}
