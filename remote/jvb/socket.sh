#!/bin/bash
# A function: a port of the bridge's host, behind which systemd runs a program for each connection.

# write_socket NAME PROGRAM SERVICE SOCKET: texts of the program, of its unit NAME@.service, and of NAME.socket.
write_socket() {
  local units=/etc/systemd/system changed
  write_file "/usr/local/sbin/$1" 0755 root:root "$2"
  write_file "$units/$1@.service" 0644 root:root "$3"
  changed=$FILE_CHANGED
  write_file "$units/$1.socket" 0644 root:root "$4"
  if [[ $changed == yes || $FILE_CHANGED == yes ]]; then
    systemctl daemon-reload
    systemctl restart "$1.socket"
  fi
  systemctl enable --quiet --now "$1.socket"
}
