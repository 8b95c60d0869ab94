#!/bin/bash
# The first contact, over the bootstrap host key. Creates the ed25519 host key and prints its public half. The bootstrap key
# stays until host/ready removes it, so that the first contact can be repeated after any failure.
set -euo pipefail

readonly key=/etc/ssh/ssh_host_ed25519_key

main() {
  # An interrupted run can leave an empty public half. It is created again from the private half.
  if [[ ! -s $key ]]; then
    rm -f "$key" "$key.pub" "$key.new" "$key.new.pub"
    ssh-keygen -q -t ed25519 -N '' -C "root@$HOSTNAME" -f "$key.new"
    mv -f "$key.new.pub" "$key.pub"
    mv -f "$key.new" "$key"
  fi
  if [[ ! -s $key.pub ]]; then
    ssh-keygen -y -f "$key" >"$key.pub"
  fi
  # A reload reads the host keys again and ends no session.
  systemctl reload ssh
  wait_for 15 "sshd to offer its ed25519 key" offers_key ||
    fatal "sshd does not offer $key" "systemctl status ssh; sshd -t"
  result "$(cut -d ' ' -f 1-2 "$key.pub")"
}

offers_key() {
  [[ $(ssh-keyscan -T 3 -t ed25519 127.0.0.1 2>/dev/null) == *"$(cut -d ' ' -f 2 "$key.pub")"* ]]
}

main "$@"
