#!/bin/bash
# The first contact, over the bootstrap host key. Creates the ed25519 host key and prints its public half. The bootstrap key
# stays until host/setup removes it, so that the first contact can be repeated after any failure.
# Needs no other file, because the state contains this text for each host.
set -Eeuo pipefail
export LC_ALL=C

readonly key=/etc/ssh/ssh_host_ed25519_key

main() {
  trap 'fatal "\"$BASH_COMMAND\" ended with code $?" "repair what the lines above show, then: pulumi up"' ERR
  # An interrupted run can leave an empty public half. It is created again from the private half.
  if [[ ! -s $key ]]; then
    rm -f "$key" "$key.pub" "$key.new" "$key.new.pub"
    ssh-keygen -q -t ed25519 -N '' -C "root@$HOSTNAME" -f "$key.new" >&2
    mv -f "$key.new.pub" "$key.pub"
    mv -f "$key.new" "$key"
  fi
  if [[ ! -s $key.pub ]]; then
    ssh-keygen -y -f "$key" >"$key.pub"
  fi
  # A reload reads the host keys again and ends no session.
  systemctl reload ssh >&2
  wait_for_key || fatal "sshd does not offer $key" "systemctl status ssh; sshd -t"
  cut -d ' ' -f 1-2 "$key.pub"
}

wait_for_key() {
  for _ in {1..15}; do
    if [[ $(ssh-keyscan -T 3 -t ed25519 127.0.0.1 2>/dev/null) == *"$(cut -d ' ' -f 2 "$key.pub")"* ]]; then
      return
    fi
    sleep 1
  done
  return 1
}

# fatal PROBLEM REPAIR
fatal() {
  trap - ERR
  printf 'host/hostKey failed on %s: %s\n  What to do: %s\n' "$HOSTNAME" "$1" "$2" >&2
  exit 1
}

main "$@"
