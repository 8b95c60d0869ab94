#!/bin/bash
# Function for the SSH keys of operators, in their own file. A key that is no longer in KEYS loses access. The key of the
# deployment is in the authorized_keys of root, which this function never changes. Input: KEYS, one key in each line, or empty.
: "${KEYS?}"

readonly authorized_keys=/etc/ssh/authorized_keys.d/root

set_authorized_keys() {
  [[ $(sshd -T 2>/dev/null) == *authorizedkeysfile*/etc/ssh/authorized_keys.d/%u* ]] ||
    fatal "sshd does not read $authorized_keys" "/etc/ssh/sshd_config.d/10-jitsi-hetzner.conf must name it in AuthorizedKeysFile"
  local line number=0 content=$'# Managed by pulumi (sshAuthorizedKeys): changes here are lost.\n'
  while IFS= read -r line; do
    number=$((number + 1))
    if [[ -z ${line//[[:space:]]/} ]]; then
      continue
    fi
    ssh-keygen -l -f /dev/stdin <<<"$line" >/dev/null 2>&1 ||
      fatal "line $number of sshAuthorizedKeys is no public key" "set it to the text of an id_....pub file, then: pulumi up"
    content+="$line"$'\n'
  done <<<"$KEYS"
  write_file "$authorized_keys" 0644 root:root "$content"
}
