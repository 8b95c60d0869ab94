#!/bin/bash
# Recording and live streaming in the web app: its buttons, and the host of the recorders' accounts, whose participants the web
# app hides. The file is served as it is, so nothing restarts. Pages that are open keep what they have. Before the buttons come,
# prosody lets recorders into meetings with a lobby or a password. Argument: on or off. Input: DOMAIN.
set -euo pipefail
: "${DOMAIN:?}"

readonly config=/etc/jitsi/meet/$DOMAIN-config.js
readonly mark='// recorders: set by pulumi'

main() {
  local content
  case ${1:-} in
    on) content=$(others && ours && printf x) ;;
    off) content=$(others && printf x) ;;
    *) fatal "unknown argument \"${1:-}\"" "use on or off" ;;
  esac
  [[ -f $config ]] || fatal "$config is missing" "dpkg-reconfigure jitsi-meet-web-config, then: pulumi up"
  if [[ $1 == on ]]; then
    admit_recorders yes
    write_file "$config" 0644 root:root "${content%x}"
  else
    write_file "$config" 0644 root:root "${content%x}"
    admit_recorders no
  fi
}

# What the packages and the operator have written.
others() {
  [[ ! -f $config ]] || sed "\\|$mark\$|d" "$config"
}

# At the end of the file, so that it counts. Each line by itself, so that the marked lines can go alone.
ours() {
  printf '%s %s\n' \
    'config.recordingService = Object.assign(config.recordingService || {}, { enabled: true });' "$mark" \
    'config.liveStreaming = Object.assign(config.liveStreaming || {}, { enabled: true });' "$mark" \
    "config.hiddenDomain = 'recorder.$DOMAIN';" "$mark"
}

main "$@"
