#!/bin/bash
# Installs the version of Jitsi that the settings name. If they name none, keeps the installed version, and records it the
# first time. Prints the version and its version of the bridge as JSON: {"version", "bridge"}.
# Input: JITSI_VERSION (a version of the metapackage jitsi-meet, or empty for the installed one).
set -euo pipefail
: "${JITSI_VERSION?}" "${state_dir:?}"

readonly installer=/usr/local/sbin/jitsi-hetzner-install
readonly record=jitsi-version
readonly dpkg_info=/var/lib/dpkg/info

main() {
  local noted=
  if [[ -f $state_dir/$record ]]; then
    noted=$(<"$state_dir/$record")
  fi
  if [[ -n $JITSI_VERSION ]]; then
    take "$JITSI_VERSION"
  elif [[ -n $noted ]] && all_installed "$(jq -r '.parts[]' <<<"$noted")"; then
    info "this host has version $(jq -r .version <<<"$noted") of Jitsi"
  else
    recognise
  fi
  result "$(jq -c '{version, bridge}' "$state_dir/$record")"
}

take() {
  local parts
  parts=$(parts_of "$1") || fatal "version $1 of Jitsi is not available" "choose one that the lines above name: pulumi config set jitsiVersion VERSION && pulumi up"
  if ! all_installed "$parts"; then
    "$installer" check "$1" || fatal "version $1 of Jitsi is refused; nothing was changed" "do what the line above says, then: pulumi up"
    info "changing to version $1 of Jitsi: jicofo and prosody restart, and meetings reconnect"
    # shellcheck disable=SC2086 # a list of words
    timeout 500 "$installer" exactly $parts ||
      fatal "version $1 of Jitsi cannot be installed" "repair what the lines above show, then: pulumi up"
  fi
  restart_prosody
  note "$1" "$parts"
}

# The packages do not restart prosody: it would run with the old plugins while browsers load the new web app. Compares the
# times of the start and of the installation, so that the next run restarts prosody if this run stops before.
restart_prosody() {
  local started installed
  started=$(date -d "$(systemctl show -p ExecMainStartTimestamp --value prosody)" +%s) || started=0
  installed=$(stat -c %Y "$dpkg_info/jitsi-meet-prosody.list")
  if ((started > installed)); then
    return
  fi
  info "restarting prosody, because it runs with the plugins of another version"
  systemctl restart prosody || fatal "prosody does not start" "journalctl -u prosody -n 50; then: pulumi up"
}

# Finds the version to which the installed packages belong: the newest that names all of them.
recognise() {
  local version parts
  for version in $(apt-cache madison jitsi-meet | awk '{ print $3 }'); do
    parts=$(parts_of "$version" 2>/dev/null) || continue
    if all_installed "$parts"; then
      info "this host has version $version of Jitsi"
      note "$version" "$parts"
      return
    fi
  done
  fatal "the installed packages do not belong to one version of Jitsi: $(dpkg-query -W -f '${Package} ${Version}; ' jicofo 'jitsi-*')" \
    "choose one (apt-cache madison jitsi-meet) and: pulumi config set jitsiVersion VERSION && pulumi up"
}

# parts_of VERSION: NAME=VERSION of each package of the web host, one in each line.
parts_of() {
  local all
  all=$("$installer" parts "$1") || return 1
  grep -v '^jitsi-videobridge2=' <<<"$all"
}

# all_installed PARTS
all_installed() {
  local part
  for part in $1; do
    [[ $(dpkg-query -W -f '${Version}' "${part%%=*}" 2>/dev/null) == "${part#*=}" ]] || return 1
  done
}

# note VERSION PARTS: records the version for later runs, because the repository can drop it.
note() {
  local bridge
  bridge=$("$installer" parts "$1" | sed -n 's/^jitsi-videobridge2=//p')
  remember "$record" "$(jq -nc --arg version "$1" --arg bridge "$bridge" --arg parts "$2" \
    '{$version, $bridge, parts: ($parts | split("\n"))}')"
}

main "$@"
