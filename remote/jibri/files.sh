#!/bin/bash
# Writes the settings of a recorder. Begins with its sound card, which can need the reboot that jibri/kernel has started. Then
# tries the target of the recordings, installs what is missing and writes all files. Does not put the recorder into service:
# the verb recorder-serve does, from the web host. A recorder in service takes changed settings when it is idle.
# Inputs: NAME, NICKNAME, DOMAIN, WEB_PRIVATE_IP, XMPP_CERTIFICATE, CONTROL_USERNAME, CONTROL_PASSWORD, CALL_USERNAME,
# CALL_PASSWORD, CONTROL_HOST, JITSI_VERSION, RECORDINGS (local, s3, sftp), RETENTION_DAYS, TARGET (JSON, secret).
# All others are texts of files.
set -euo pipefail
: "${NAME:?}" "${NICKNAME:?}" "${DOMAIN:?}" "${WEB_PRIVATE_IP:?}" "${XMPP_CERTIFICATE:?}" "${CONTROL_HOST:?}"
: "${JITSI_VERSION?}" "${RECORDINGS:?}" "${RETENTION_DAYS:?}" "${TARGET:?}"
: "${RECORDER_PROGRAM:?}" "${RECORDER_SERVICE:?}" "${RECORDER_SOCKET:?}" "${JIBRI_UNIT:?}" "${DISPLAY_UNITS:?}" "${FINALIZE:?}"
: "${KEEP_SERVICE:?}" "${KEEP_TIMER:?}" "${UPLOAD_SERVICE:?}" "${UPLOAD_TIMER:?}" "${CHROMIUM_POLICIES:?}"
: "${state_dir:?}"

readonly ca_file=/usr/local/share/ca-certificates/auth.$DOMAIN.crt
readonly jibri_dir=/etc/jitsi/jibri
readonly log_dir=/var/log/jitsi/jibri
readonly recordings_dir=/srv/recordings
readonly recorder_json=/etc/jitsi-hetzner/recorder.json
readonly unit_dir=/etc/systemd/system
# The hash of the settings in the files, and that with which jibri has started: its unit copies the first to the second.
readonly written_settings=$state_dir/recorder-settings
# The version of Jitsi that this host took its jibri for. Jitsi's metapackage names no version of jibri.
readonly jibri_note=$state_dir/jibri-for

main() {
  expect_sound
  install_recorder
  try_target
  trust_web_host
  make_folders
  write_programs
  write_units
  write_settings
  jitsi-hetzner recorder keep || fatal "the recorder $NAME does not take its settings" "repair what the lines above show, then: pulumi up"
}

# cloud-init has installed the packages of a recorder made by Hetzner. Other hosts get them here.
install_recorder() {
  if [[ ! -x /opt/jitsi/jibri/launch.sh || ! -x /usr/bin/chromedriver || ! -x /usr/bin/chromium ]] || ! command -v rclone sudo >/dev/null; then
    info "installing the packages of a recorder"
    install_packages_of_recorder
  fi
  id jibri >/dev/null 2>&1 || fatal "$HOSTNAME has no user jibri, although the package is installed" "dpkg-reconfigure jibri; then: pulumi up"
  if [[ ! -f $jibri_note ]]; then
    remember "${jibri_note##*/}" "$JITSI_VERSION"
  fi
}

# The settings of the target are tried before they replace those of before, so that recordings that wait go on to the old
# target. A target that was right before and fails now is no reason to fail: it gets the recordings later.
try_target() {
  local new=/run/jitsi-hetzner-recorder.json
  write_quietly "$new" 0600 root:root "$(recorder_settings)"
  if ! jitsi-hetzner check-recordings "$new"; then
    if [[ ! -f $recorder_json ]] || [[ $(target_of "$new") != "$(target_of "$recorder_json")" ]]; then
      rm -f "$new"
      fatal "recordings of $NAME would not reach their target" "do what the lines above say, then: pulumi up"
    fi
    info "WARNING: the target of the recordings does not take them now; they wait on $HOSTNAME and are tried again"
  fi
  write_quietly "$recorder_json" 0600 root:root "$(<"$new")"
  rm -f "$new"
}

recorder_settings() {
  printf '%s' "$TARGET" | jq -c --arg name "$NAME" --arg nickname "$NICKNAME" --arg recordings "$RECORDINGS" \
    --argjson days "$RETENTION_DAYS" --arg jitsi "$JITSI_VERSION" \
    '{version: 1, name: $name, nickname: $nickname, jitsiVersion: $jitsi, recordings: $recordings, retentionDays: $days, target: .}'
}

target_of() {
  jq -cS '[.recordings, .target]' "$1" 2>/dev/null
}

trust_web_host() {
  # On the web host, the packages of prosody have put a link to their own file there.
  if [[ ! -L $ca_file ]]; then
    write_file "$ca_file" 0644 root:root "$XMPP_CERTIFICATE"$'\n'
  fi
  trust "$ca_file"
}

# Only jibri and root read recordings.
make_folders() {
  install -d -m 0750 -o root -g jibri "$recordings_dir"
  install -d -m 0750 -o jibri -g jibri "$recordings_dir/current" "$recordings_dir/finished"
}

write_programs() {
  write_file /usr/local/bin/jitsi-hetzner-finalize 0755 root:root "$FINALIZE"
  write_file /etc/chromium/policies/managed/jitsi-hetzner.json 0644 root:root "$CHROMIUM_POLICIES"
  write_socket jitsi-hetzner-recorder "$RECORDER_PROGRAM" "$RECORDER_SERVICE" "${RECORDER_SOCKET//@CONTROL_HOST@/$CONTROL_HOST}"
}

write_units() {
  local changed=no
  write_unit jibri.service.d/jitsi-hetzner.conf "$JIBRI_UNIT"
  write_unit jibri-xorg.service.d/jitsi-hetzner.conf "$DISPLAY_UNITS"
  write_unit jibri-icewm.service.d/jitsi-hetzner.conf "$DISPLAY_UNITS"
  write_unit jitsi-hetzner-keep.service "$KEEP_SERVICE"
  write_unit jitsi-hetzner-keep.timer "$KEEP_TIMER"
  write_unit jitsi-hetzner-upload.service "$UPLOAD_SERVICE"
  write_unit jitsi-hetzner-upload.timer "$UPLOAD_TIMER"
  if [[ $changed == yes ]]; then
    systemctl daemon-reload
  fi
  # Not now: whether it runs is decided by recorder-serve.
  systemctl enable --quiet jibri.service jibri-xorg.service jibri-icewm.service
  systemctl enable --quiet --now jitsi-hetzner-keep.timer jitsi-hetzner-upload.timer
}

write_unit() {
  write_file "$unit_dir/$1" 0644 root:root "$2"
  if [[ $FILE_CHANGED == yes ]]; then
    changed=yes
  fi
}

# The package makes its folders for all to read. The passwords are for jibri alone. The logs have one too: the browser gets the
# account for meetings in an address, which chromedriver.log and browser.0.txt show.
write_settings() {
  chown jibri:jitsi "$jibri_dir"
  chmod 0750 "$jibri_dir"
  chmod o= "$log_dir"
  write_file "$jibri_dir/jibri.conf" 0640 jibri:jitsi "$(jibri_conf)"$'\n'
  write_file "$written_settings" 0644 root:root "$(settings_hash)"$'\n'
}

# Over all that jibri reads when it starts. Java reads its trust store then too.
settings_hash() {
  {
    sum_of "$jibri_dir/jibri.conf"
    printf '%s' "$XMPP_CERTIFICATE"
  } | sha256sum | cut -d ' ' -f 1
}

main "$@"
