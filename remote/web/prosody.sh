#!/bin/bash
# What this deployment changes of prosody, and how it is written. Input: DOMAIN.
: "${DOMAIN:?}"

# The packages' own file is edited: prosody reads conf.d in no set order, so a second file could come first.
readonly prosody_config=/etc/prosody/conf.avail/$DOMAIN.cfg.lua
readonly own_modules=/usr/local/lib/prosody/modules
readonly login_module=$own_modules/mod_no_http_login.lua
readonly bridges_module=$own_modules/mod_dead_bridges.lua
# shellcheck disable=SC2034 # read by the scripts
readonly prosody_files=("$prosody_config" "$login_module" "$bridges_module")

# write_prosody_config CONTENT: for prosody alone, as it holds the secret for TURN.
write_prosody_config() {
  write_file "$prosody_config" 0640 root:prosody "$1"
}
