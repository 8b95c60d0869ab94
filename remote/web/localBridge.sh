#!/bin/bash
# The package of a bridge on the web host, beside the packages that are there. Its settings come afterwards, as a bridge's
# on a host of its own. Argument: install, or remove, once it is drained. Inputs: DOMAIN, NICKNAME.
set -euo pipefail
: "${DOMAIN:?}" "${NICKNAME:?}" "${state_dir:?}"

readonly package=jitsi-videobridge2
readonly unit=jitsi-videobridge2.service
readonly start_unit=/etc/systemd/system/jitsi-hetzner-start
# Of jicofo too.
logs=/var/log/jitsi

main() {
  # A removal may have been cut.
  bring_back_logs
  case ${1:-} in
    install) install_bridge ;;
    remove) remove_bridge ;;
    *) fatal "unknown argument \"${1:-}\"" "install or remove" ;;
  esac
}

install_bridge() {
  local version
  # An installation may have been cut while it was masked.
  systemctl unmask --quiet --runtime "$unit"
  if version=$(installed_version "$package"); then
    info "$package $version is installed"
  else
    refresh_lists || fatal "the package lists cannot be read" "see the lines above; then: pulumi up"
    version=$(pinned_version "$package") ||
      fatal "apt knows no jitsi-meet that goes with the packages of this host, so the bridge's version is not known" \
        "apt-cache show jitsi-meet jitsi-meet-web jicofo; then: pulumi up"
    apt_install "$version"
  fi
  # Masked, the package could not do it, and a reboot would leave the cluster without a bridge.
  systemctl enable --quiet "$unit"
  apt-mark hold "$package" >/dev/null
}

# Masked while it is installed: the package would start it with a login of its own making, which is a wrong one.
apt_install() {
  # Shared with the packages that are there, which have asked for it already.
  debconf-set-selections <<<"$package jitsi-videobridge/jvb-hostname string $DOMAIN"
  systemctl mask --quiet --runtime "$unit"
  trap 'systemctl unmask --quiet --runtime "$unit"' EXIT
  complete_dpkg
  expect_only "install $package $1" install "$package=$1"
  apt_get install -y --no-install-recommends "$package=$1" ||
    fatal "$package $1 cannot be installed" "see the lines above; then: pulumi up"
  trap - EXIT
  systemctl unmask --quiet --runtime "$unit"
  info "installed $package $1"
}

remove_bridge() {
  # The next one has the same name and begins anew, also where this removal is cut.
  forget_bridge "$NICKNAME"
  rm -f -- "$state_dir/"{running,written}-settings "$state_dir/joined"
  rm -rf "/etc/systemd/system/$unit.d"
  remove_start_units
  if installed_version "$package" >/dev/null; then
    systemctl disable --quiet --now "$unit" || fatal "$unit does not stop" "journalctl -u $unit -n 50; then: pulumi up"
  fi
  # Removed, but not purged, it is still known.
  if [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) =~ ^(|not-installed)$ ]]; then
    info "$package is not here"
  else
    complete_dpkg
    expect_only "remove $package" purge "$package"
    apt-mark unhold "$package" >/dev/null
    purge
  fi
  rm -rf /etc/jitsi/videobridge
}

remove_start_units() {
  if [[ -e $start_unit.socket ]]; then
    systemctl disable --quiet --now "${start_unit##*/}.socket"
    rm -f "$start_unit.socket" "$start_unit@.service"
    systemctl daemon-reload
  fi
}

# The package takes the whole folder of logs with it, jicofo's too.
purge() {
  trap 'bring_back_logs' EXIT
  if [[ -d $logs ]]; then
    mv "$logs" "$logs.aside"
  fi
  apt_get purge -y "$package" || fatal "$package cannot be removed" "see the lines above; then: pulumi up"
  bring_back_logs
  trap - EXIT
  rm -f "$logs"/jvb.log*
  # The package had made it its own; the number of its user may be given to another one.
  chown jicofo:jitsi "$logs"
  info "removed $package; everything else is as it was"
}

bring_back_logs() {
  if [[ -d $logs.aside ]]; then
    rm -rf "$logs"
    mv "$logs.aside" "$logs"
  fi
}

# expect_only WHAT APT-ARGUMENTS...: asks apt what it would do: no package but the bridge may change or go; new ones may come.
expect_only() {
  local what=$1 plan others
  shift
  plan=$(apt_get -s --allow-change-held-packages --no-install-recommends "$@") || {
    printf '%s\n' "$plan" | tail -n 15
    fatal "apt finds no way to $what" "see the lines above; then: pulumi up"
  }
  # "Inst NAME [OLD] (NEW ...)" is an upgrade, "Inst NAME (NEW ...)" a new package.
  others=$(awk -v own="$package" '$2 != own && (/^(Remv|Purg) / || /^Inst [^ ]+ \[/) { print $2 }' <<<"$plan" | sort -u | paste -sd ' ')
  [[ -z $others ]] || fatal "to $what would change other packages: $others" "do that by hand at a quiet time; then: pulumi up"
}

main "$@"
