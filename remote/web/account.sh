#!/bin/bash
# An account in prosody with which bridges log in. It has the same rights as the account `jvb` of the packages. Neither
# prosody nor jicofo restarts. Argument: set or remove. Inputs: DOMAIN, USERNAME, JVB_SECRET.
set -euo pipefail
: "${DOMAIN:?}" "${USERNAME:?}" "${JVB_SECRET:?}" "${prosody_config:?}" "${prosody_files:?}" # prosody.sh

readonly account=$USERNAME@auth.$DOMAIN
# The account of the packages stays in their lists for good, because it marks the place of the other accounts.
readonly packages_account=jvb@auth.$DOMAIN

main() {
  case ${1:-} in
    set)
      set_password "$USERNAME" "auth.$DOMAIN" "$JVB_SECRET"
      tell_package "$JVB_SECRET"
      list_account
      ;;
    remove)
      unlist_account
      tell_package "$(random_text 32)"
      remove_account "$account"
      ;;
    *) fatal "unknown argument \"${1:-}\"" "use set or remove" ;;
  esac
}

# tell_package PASSWORD: stores the password in debconf. With prosody 13, jitsi-meet-prosody registers `jvb` again with that
# password whenever the package is configured, because it looks for the message of prosody 0.12 ("That user already
# exists"). With another password, no bridge could log in after an upgrade. With the password of a removed account, the
# account would return with an old secret.
tell_package() {
  if [[ $account != "$packages_account" ]]; then
    return
  fi
  wait_for 60 "debconf, which another program uses" answer_question "$1" ||
    fatal "debconf does not store the password of the bridges" "end the program that uses debconf (fuser -v /var/cache/debconf/config.dat), then: pulumi up"
}

answer_question() {
  debconf-set-selections <<<"jitsi-meet-prosody jitsi-videobridge/jvbsecret password $1"
}

random_text() {
  local text
  text=$(head -c 1024 /dev/urandom | tr -dc 'A-Za-z0-9')
  printf '%s' "${text:0:$1}"
}

# Two lists in the configuration of the packages make jvb an admin of the control rooms and exempt it from rate limits.
list_account() {
  local content
  lock_prosody_config
  grep -qF -e "\"$packages_account\"" "$prosody_config" ||
    fatal "$prosody_config does not list $packages_account, next to which $account must be" \
      "dpkg-reconfigure jitsi-meet-prosody, then: pulumi up"
  content=$(listed "$prosody_config"; printf x)
  write_and_reload "${content%x}"
}

unlist_account() {
  local content
  if [[ $account == "$packages_account" ]]; then
    return
  fi
  lock_prosody_config
  content=$(unlisted "$prosody_config"; printf x)
  write_and_reload "${content%x}"
}

# listed FILE, unlisted FILE: the text of the file with and without the account in the lists that name the packages' account.
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

# literal NAME: a regular expression for exactly this name.
literal() {
  printf '%s' "${1//./\\.}"
}

write_and_reload() {
  write_prosody_config "$1"
  if [[ $FILE_CHANGED == no ]]; then
    return
  fi
  local rooms=internal.auth.$DOMAIN
  # Modules read their lists only when they are loaded.
  prosody_shell 'config:reload()'
  prosody_shell module reload limits_exception "auth.$DOMAIN"
  prosody_shell module reload authz_internal "$rooms"
  # Without this, prosody continues to ask the module that was loaded first (core/usermanager.lua of prosody).
  prosody_shell "> hosts['$rooms'].authz = require 'core.modulemanager'.get_module('$rooms', 'authz_internal')"
  # Without this note, web/configure would restart prosody.
  note_running prosody "${prosody_files[@]}"
}

prosody_shell() {
  local output
  output=$(timeout 20 prosodyctl shell "$@" 2>&1 </dev/null) || {
    printf '%s\n' "$output" | tail -n 5
    fatal "prosodyctl shell $* failed" \
      "start prosody, and put \"admin_shell\" into modules_enabled of /etc/prosody/prosody.cfg.lua; then: pulumi up"
  }
}

main "$@"
