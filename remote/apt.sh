#!/bin/bash
# Verbs about packages. apt waits for a lock that another apt holds, keeps configuration files that were changed, and
# restarts no service but the packages' own.

apt_get() {
  DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l timeout 400 apt-get -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 \
    -o Acquire::http::Timeout=30 -o Acquire::Languages=none -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \
    "$@" </dev/null
}

# installed_version PACKAGE: fails where it is not installed.
installed_version() {
  dpkg-query -W -f '${db:Status-Status} ${Version}' "$1" 2>/dev/null | sed -n 's/^installed //p' | grep .
}

# pinned_version PACKAGE: the version that goes with this web host: that of the metapackage jitsi-meet which pins what is
# installed here. Fails where no such metapackage is in apt's lists.
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
