#!/bin/bash
# Functions: the host of a bridge keeps a copy of the web host's certificates. Inputs: texts of files.
: "${COPY_PROGRAM:?}" "${COPY_SOCKET:?}" "${COPY_SERVICE:?}"

keep_copies_of_certificates() {
  local units=/etc/systemd/system changed
  write_file /usr/local/sbin/jitsi-hetzner-copy 0755 root:root "$COPY_PROGRAM"
  write_file "$units/jitsi-hetzner-copy@.service" 0644 root:root "$COPY_SERVICE"
  changed=$FILE_CHANGED
  write_file "$units/jitsi-hetzner-copy.socket" 0644 root:root "$COPY_SOCKET"
  if [[ $changed == yes || $FILE_CHANGED == yes ]]; then
    systemctl daemon-reload
    systemctl restart jitsi-hetzner-copy.socket
  fi
  systemctl enable --quiet --now jitsi-hetzner-copy.socket
}
