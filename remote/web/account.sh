#!/bin/bash
# An account in prosody that bridges log in with: as able as the packages' own `jvb`. Neither prosody nor jicofo
# restarts. Argument: set or remove. Inputs: DOMAIN, USERNAME, JVB_SECRET.
set -euo pipefail
: "${DOMAIN:?}" "${USERNAME:?}" "${JVB_SECRET:?}" "${prosody_config:?}" "${prosody_files:?}" # prosody.sh

readonly account=$USERNAME@auth.$DOMAIN
# The packages' own account, which stays in their lists for good: it shows where others belong.
readonly packages_account=jvb@auth.$DOMAIN

main() {
  case ${1:-} in
    set)
      set_password
      tell_package "$JVB_SECRET"
      list_account
      ;;
    remove)
      unlist_account
      tell_package "$(random_text 32)"
      remove_account
      ;;
    *) fatal "unknown argument \"${1:-}\"" "set or remove" ;;
  esac
}

# prosodyctl reads a password twice from stdin. Setting the same one again disturbs nobody who is logged in.
set_password() {
  local output
  if ! output=$(prosodyctl passwd "$account" 2>&1 <<<"$JVB_SECRET"$'\n'"$JVB_SECRET"); then
    output=$(prosodyctl adduser "$account" 2>&1 <<<"$JVB_SECRET"$'\n'"$JVB_SECRET") || {
      printf '%s\n' "$output" | grep -v '^$' | tail -n 5
      fatal "prosodyctl cannot set the password of $account" "prosodyctl check config; journalctl -u prosody -n 50"
    }
  fi
  info "the password of $account is set"
}

# tell_package PASSWORD: jitsi-meet-prosody registers `jvb` again with debconf's answer whenever it is configured beside
# prosody 13, because it looks for the words of prosody 0.12 ("That user already exists"). With another answer, an upgrade
# would keep all bridges from logging in; with that of a removed account, the account would be back with an old secret.
tell_package() {
  if [[ $account != "$packages_account" ]]; then
    return
  fi
  wait_for 60 "debconf, which another program uses" answer_question "$1" ||
    fatal "debconf does not take the bridges' password" "end what uses it (fuser -v /var/cache/debconf/config.dat), then: pulumi up"
}

answer_question() {
  debconf-set-selections <<<"jitsi-meet-prosody jitsi-videobridge/jvbsecret password $1"
}

random_text() {
  local text
  text=$(head -c 1024 /dev/urandom | tr -dc 'A-Za-z0-9')
  printf '%s' "${text:0:$1}"
}

remove_account() {
  local output no_such_user="does not exist|No such user" # prosody 0.12 and 13
  if output=$(prosodyctl deluser "$account" 2>&1) || [[ $output =~ $no_such_user ]]; then
    info "$account is gone"
    return
  fi
  printf '%s\n' "$output" | grep -v '^$' | tail -n 5
  fatal "prosodyctl cannot remove $account" "prosodyctl check config; journalctl -u prosody -n 50"
}

# The packages make jvb an admin of the control rooms and free it from rate limits, in lists of its configuration.
list_account() {
  local content
  grep -qF -e "\"$packages_account\"" "$prosody_config" ||
    fatal "$prosody_config does not name $packages_account, beside which $account belongs" \
      "dpkg-reconfigure jitsi-meet-prosody, then: pulumi up"
  content=$(listed "$prosody_config"; printf x)
  write_and_reload "${content%x}"
}

unlist_account() {
  local content
  if [[ $account == "$packages_account" ]]; then
    return
  fi
  content=$(unlisted "$prosody_config"; printf x)
  write_and_reload "${content%x}"
}

# listed FILE, unlisted FILE: with and without the account in the lists that name the packages' own.
listed() {
  if [[ $account == "$packages_account" ]]; then
    cat "$1"
    return
  fi
  unlisted "$1" | sed "s/\"$(literal "$packages_account")\"/&, \"$account\"/g"
}

unlisted() {
  sed "s/, \"$(literal "$account")\"//g" "$1"
}

# literal NAME: as a regular expression.
literal() {
  printf '%s' "${1//./\\.}"
}

write_and_reload() {
  write_prosody_config "$1"
  if [[ $FILE_CHANGED == no ]]; then
    return
  fi
  local rooms=internal.auth.$DOMAIN
  # Modules read their lists when they are loaded.
  prosody_shell 'config:reload()'
  prosody_shell module reload limits_exception "auth.$DOMAIN"
  prosody_shell module reload authz_internal "$rooms"
  # Else it goes on asking the module that was loaded first (prosody's core/usermanager.lua).
  prosody_shell "> hosts['$rooms'].authz = require 'core.modulemanager'.get_module('$rooms', 'authz_internal')"
  # For web/configure, which restarts prosody where it does not run with its file.
  note_running prosody "${prosody_files[@]}"
}

prosody_shell() {
  local output
  output=$(timeout 20 prosodyctl shell "$@" 2>&1 </dev/null) || {
    printf '%s\n' "$output" | tail -n 5
    fatal "prosodyctl shell $* failed" \
      "\"admin_shell\" must be in modules_enabled of /etc/prosody/prosody.cfg.lua, and prosody must run; then: pulumi up"
  }
}

main "$@"
