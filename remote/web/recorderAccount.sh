#!/bin/bash
# An account in prosody with which recorders log in: in auth.DOMAIN to jicofo's room, in recorder.DOMAIN to meetings. Nothing
# restarts. Argument: set or remove. Inputs: DOMAIN, PLACE (auth or recorder), USERNAME, SECRET.
set -euo pipefail
: "${DOMAIN:?}" "${PLACE:?}" "${USERNAME:?}" "${SECRET:?}" "${state_dir:?}" # lib.sh

readonly place=$PLACE.$DOMAIN account=$USERNAME@$PLACE.$DOMAIN
readonly prosody_config=/etc/prosody/conf.avail/$DOMAIN.cfg.lua
# Recorders change to another account when they are idle.
readonly patience=60

main() {
  case ${1:-} in
    set)
      expect_place
      set_password "$USERNAME" "$place" "$SECRET"
      ;;
    remove)
      if is_of_another_version; then
        info "$account has the password of another version, so it stays"
        return
      fi
      expect_unused
      remove_account "$account"
      ;;
    *) fatal "unknown argument \"${1:-}\"" "use set or remove" ;;
  esac
}

# The packages of Jitsi write both. An account in a host that prosody does not have could never log in.
expect_place() {
  grep -qE "^VirtualHost +\"${place//./\\.}\"" "$prosody_config" ||
    fatal "$prosody_config has no VirtualHost \"$place\", to which recorders log in" "dpkg-reconfigure jitsi-meet-prosody, then: pulumi up"
}

# Versions share the three names that prosody takes for recorders in meetings. A jump from version 1 to 4 sets the account anew
# before version 1 removes it. Fails if prosody does not run.
is_of_another_version() {
  local answer
  [[ $PLACE == recorder ]] || return 1
  answer=$(timeout 20 prosodyctl shell 2>/dev/null \
    <<<"> require 'core.usermanager'.test_password('$USERNAME', '$place', [[$SECRET]]) and 'own' or 'an' .. 'other'") || return 1
  [[ $answer == *another* ]]
}

# The removal of an account ends its sessions, and with them a recording.
expect_unused() {
  if ! any_recorder_left; then
    return
  fi
  wait_for "$patience" "the recorders to leave $account" is_unused ||
    fatal "$account is still in use, because a recorder is not idle; its removal would end the recording" \
      "once the recording has ended: pulumi up"
}

# The registry of the web host's program: a file for each recorder, "NAME ADDRESS GOAL".
any_recorder_left() {
  local file
  for file in "$state_dir"/recorders/*; do
    if [[ -f $file && $(<"$file") != *' left' ]]; then
      return 0
    fi
  done
  return 1
}

# Succeeds also if prosody does not run.
is_unused() {
  local answer
  answer=$(timeout 20 prosodyctl shell 2>/dev/null <<<"> (prosody.hosts['$place'].sessions['$USERNAME'] and 'in') .. 'use'") || return 0
  [[ $answer != *inuse* ]]
}

main "$@"
