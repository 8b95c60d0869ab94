#!/bin/bash
# Functions for packages. apt waits for the lock of another apt, keeps changed configuration files, and restarts no
# services except those of the packages themselves.

apt_get() {
  DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l timeout 400 apt-get -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 \
    -o Acquire::http::Timeout=30 -o Acquire::Languages=none -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \
    "$@" </dev/null
}

# refresh_lists: reads the package lists, with retries, because a mirror can be unreachable for a moment.
refresh_lists() {
  local attempt
  for attempt in 1 2 3 4 5; do
    if update_lists; then
      return
    fi
    info "reading the package lists failed (attempt $attempt of 5)"
    sleep 10
  done
  return 1
}

# update_lists: apt-get waits for dpkg's lock, but not for that of the package lists, which another `apt-get update` holds,
# such as that of apt-daily.service. A minute for it here.
update_lists() {
  local errors code second
  errors=$(mktemp)
  for ((second = 0; second < 60; second += 5)); do
    code=0
    apt_get -o APT::Update::Error-Mode=any update 2>"$errors" || code=$?
    cat "$errors" >&2
    if ((code == 0)) || ! grep -q 'Could not get lock .*/lists/lock' "$errors"; then
      break
    fi
    info "another apt reads the package lists; waiting for it"
    sleep 5
  done
  rm -f "$errors"
  return "$code"
}

# complete_dpkg: completes an installation that a reboot or a full disk interrupted. apt installs nothing before that. If
# another apt is running, dpkg refuses, and apt_get waits for that apt.
complete_dpkg() {
  if [[ -n $(dpkg --audit) || -n $(find /var/lib/dpkg/updates -type f -name '[0-9]*') ]]; then
    info "an installation was interrupted; completing it"
    DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l timeout 400 dpkg --force-confdef --force-confold --configure -a </dev/null ||
      info "dpkg could not complete it; the lines above say why"
  fi
}

# mark_package hold|unhold PACKAGE: apt-mark itself does not wait for the lock of another apt.
mark_package() {
  wait_for 300 "the lock of another apt" apt-mark "$1" "$2" ||
    fatal "apt-mark $1 $2 fails: $(apt-mark "$1" "$2" 2>&1 | tail -n 1)" "pulumi up"
}

# installed_version PACKAGE: fails if the package is not installed.
installed_version() {
  dpkg-query -W -f '${db:Status-Status} ${Version}' "$1" 2>/dev/null | sed -n 's/^installed //p' | grep .
}

# pinned_version PACKAGE: the version that belongs to the packages of this web host. It comes from the metapackage
# jitsi-meet that pins the installed versions. Fails if the package lists have no such metapackage.
pinned_version() {
  local web jicofo
  web=$(installed_version jitsi-meet-web) && jicofo=$(installed_version jicofo) || return 1
  apt-cache show jitsi-meet | awk -v RS= -v web="jitsi-meet-web (= $web)" -v jicofo="jicofo (= $jicofo)" -v pin="$1 (= " '
    index($0, web) && index($0, jicofo) && (start = index($0, pin)) {
      version = substr($0, start + length(pin))
      print substr(version, 1, index(version, ")") - 1)
      found = 1
      exit
    }
    END { exit !found }'
}
