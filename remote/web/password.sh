#!/bin/bash
# Functions for accounts in prosody, whose passwords never stand in an argument.

# set_password USERNAME HOST PASSWORD: prosodyctl reads a password twice from stdin. Prosody 13 ends every session of an account
# whose password is set, even if it is the same one (mod_c2s, "user-password-changed"): all bridges would leave, and every
# conference would lose its bridge.
set_password() {
  local login=$1@$2 output
  if has_password "$@"; then
    info "$login has this password"
    return
  fi
  if ! output=$(prosodyctl passwd "$login" 2>&1 <<<"$3"$'\n'"$3"); then
    output=$(prosodyctl adduser "$login" 2>&1 <<<"$3"$'\n'"$3") || {
      printf '%s\n' "$output" | grep -v '^$' | tail -n 5
      fatal "prosodyctl cannot set the password of $login" "prosodyctl check config; journalctl -u prosody -n 50"
    }
  fi
  info "the password of $login is set"
}

# has_password USERNAME HOST PASSWORD: asks the running prosody. The command goes over stdin, because arguments are visible on
# the host. A password without brackets needs no escape. If prosody does not run, nothing is logged in.
has_password() {
  local answer question="> require 'core.usermanager'.test_password('$1', '$2', [[$3]])"
  answer=$(timeout 20 prosodyctl shell 2>/dev/null <<<"$question") || return 1
  [[ $answer =~ (^|$'\n')[^$'\n']*'| '(Result: )?true($|$'\n') ]]
}

# remove_account ACCOUNT: also of one that does not exist. Prosody 0.12 looks for it in a host that it does not have, too.
# Prosody 13 does not, and nobody can log in to such a host.
remove_account() {
  local login=$1 output no_such_user="does not exist|No such user" # prosody 0.12 and 13
  if output=$(prosodyctl deluser "$login" 2>&1) || [[ $output =~ $no_such_user ]]; then
    info "removed $login"
    return
  fi
  if [[ $output == *"No such host: ${login#*@}"* ]]; then
    info "prosody has no host ${login#*@}, so nobody can log in as $login"
    return
  fi
  printf '%s\n' "$output" | grep -v '^$' | tail -n 5
  fatal "prosodyctl cannot remove $login" "prosodyctl check config; journalctl -u prosody -n 50"
}
