#!/bin/bash
# Installs or removes the package of a bridge on the web host, next to the packages that are there. Its settings follow in
# later steps, like the settings of a bridge on its own host. Argument: install, or remove (after its drain). Inputs: DOMAIN,
# NICKNAME.
set -euo pipefail
: "${DOMAIN:?}" "${NICKNAME:?}" "${state_dir:?}"

readonly package=jitsi-videobridge2
readonly unit=jitsi-videobridge2.service
readonly start_unit=/etc/systemd/system/jitsi-hetzner-start
# jicofo writes its log here too.
logs=/var/log/jitsi

main() {
  # An earlier removal can have been interrupted.
  bring_back_logs
  case ${1:-} in
    install) install_bridge ;;
    remove) remove_bridge ;;
    *) fatal "unknown argument \"${1:-}\"" "use install or remove" ;;
  esac
}

install_bridge() {
  local version
  # An earlier installation can have been interrupted while the unit was masked.
  systemctl unmask --quiet --runtime "$unit"
  if version=$(installed_version "$package"); then
    info "$package $version is installed"
  else
    refresh_lists || fatal "the package lists cannot be read" "repair what the lines above show, then: pulumi up"
    version=$(pinned_version "$package") ||
      fatal "apt knows no version of jitsi-meet that belongs to the packages of this host, so the version of the bridge is unknown" \
        "apt-cache show jitsi-meet jitsi-meet-web jicofo; then: pulumi up"
    apt_install "$version"
  fi
  mark_package hold "$package"
}

# The unit is masked during the installation, because the package would start it with its own settings. jvb/files enables it
# with those of the cluster. Until then no boot starts it: it would take participants under another nickname.
apt_install() {
  # The installed packages share this answer and have asked for it already.
  debconf-set-selections <<<"$package jitsi-videobridge/jvb-hostname string $DOMAIN"
  systemctl mask --quiet --runtime "$unit"
  trap 'systemctl unmask --quiet --runtime "$unit"' EXIT
  complete_dpkg
  expect_only "install $package $1" install "$package=$1"
  apt_get install -y --no-install-recommends "$package=$1" ||
    fatal "$package $1 cannot be installed" "repair what the lines above show, then: pulumi up"
  trap - EXIT
  systemctl unmask --quiet --runtime "$unit"
  systemctl disable --quiet "$unit"
  info "installed $package $1"
}

remove_bridge() {
  # The next local bridge has the same name and must start without these notes, even if this removal is interrupted.
  jitsi-hetzner forget <<<"{\"version\": 1, \"nickname\": \"$NICKNAME\"}"
  rm -f -- "$state_dir/"{running,written}-settings "$state_dir/joined" "$state_dir/apply."{json,log,lock}
  rm -rf "/etc/systemd/system/$unit.d"
  remove_start_units
  if installed_version "$package" >/dev/null; then
    systemctl disable --quiet --now "$unit" || fatal "$unit does not stop" "journalctl -u $unit -n 50; then: pulumi up"
  fi
  # dpkg still knows a package that is removed but not purged.
  if [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) =~ ^(|not-installed)$ ]]; then
    info "$package is not installed"
  else
    complete_dpkg
    expect_only "remove $package" purge "$package"
    mark_package unhold "$package"
    purge
  fi
  rm -rf /etc/jitsi/videobridge
}

remove_start_units() {
  if [[ -e $start_unit.socket ]]; then
    systemctl disable --quiet --now "${start_unit##*/}.socket"
    rm -f "$start_unit.socket" "$start_unit@.service" /usr/local/sbin/jitsi-hetzner-start
    systemctl daemon-reload
  fi
}

# The package deletes the whole folder of logs, with the logs of jicofo. So the folder is moved away during the removal.
purge() {
  trap 'bring_back_logs' EXIT
  if [[ -d $logs ]]; then
    mv "$logs" "$logs.aside"
  fi
  apt_get purge -y "$package" || fatal "$package cannot be removed" "repair what the lines above show, then: pulumi up"
  bring_back_logs
  trap - EXIT
  rm -f "$logs"/jvb.log*
  # The package was the owner of the folder. Another user can get the number of its user.
  chown jicofo:jitsi "$logs"
  info "removed $package and nothing else"
}

bring_back_logs() {
  if [[ -d $logs.aside ]]; then
    rm -rf "$logs"
    mv "$logs.aside" "$logs"
  fi
}

# expect_only WHAT APT-ARGUMENTS...: asks apt what it would do, and fails if it would change or remove another package than
# the bridge. apt may install new packages.
expect_only() {
  local what=$1 plan others
  shift
  plan=$(apt_get -s --allow-change-held-packages --no-install-recommends "$@") || {
    printf '%s\n' "$plan" | tail -n 15
    fatal "apt finds no way to $what" "repair what the lines above show, then: pulumi up"
  }
  # "Inst NAME [OLD] (NEW ...)" is an upgrade, "Inst NAME (NEW ...)" a new package.
  others=$(awk -v own="$package" '$2 != own && (/^(Remv|Purg) / || /^Inst [^ ]+ \[/) { print $2 }' <<<"$plan" | sort -u | paste -sd ' ')
  [[ -z $others ]] || fatal "apt would change other packages to $what: $others" "change them by hand at a quiet time, then: pulumi up"
}

main "$@"
