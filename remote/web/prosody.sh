#!/bin/bash
# The files of prosody that this program writes. Input: DOMAIN.
: "${DOMAIN:?}" "${state_dir:?}" # lib.sh

# The file of the packages. This program edits it, because prosody reads conf.d in no fixed order: a second file could come
# first.
readonly prosody_config=/etc/prosody/conf.avail/$DOMAIN.cfg.lua
readonly own_modules=/usr/local/lib/prosody/modules
readonly login_module=$own_modules/mod_no_http_login.lua
readonly bridges_module=$own_modules/mod_dead_bridges.lua
# shellcheck disable=SC2034 # read by the scripts
readonly prosody_files=("$prosody_config" "$login_module" "$bridges_module")

# write_prosody_config CONTENT: only prosody can read the file, because an operator may have entered a secret, such as that of a TURN server.
write_prosody_config() {
  write_file "$prosody_config" 0640 root:prosody "$1"
}

# lock_prosody_config: no other step edits the file until this step ends. Steps run side by side, and each writes the whole file
# from what it has read. To be called before the file is read.
lock_prosody_config() {
  local lock
  install -d -m 0755 "$state_dir"
  exec {lock}>>"$state_dir/prosody-config.lock"
  flock -w 300 "$lock" || fatal "another step edits $prosody_config for more than 300 s" "once it has ended: pulumi up"
}
