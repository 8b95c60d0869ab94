#!/bin/bash
# Functions for the STUN and TURN servers that prosody offers to browsers. The packages' configuration offers servers on this
# host, whether they exist or not. A browser that tries a missing server loses time, and can stay without media. Therefore
# prosody takes its servers from a folder of this program, which is empty if there are none. Input: DOMAIN.
: "${DOMAIN:?}" "${state_dir:?}" "${prosody_config:?}" # lib.sh, prosody.sh

readonly turn_mark='--[[ TURN servers: set by pulumi ]]'
readonly turn_servers=/etc/prosody/jitsi-hetzner.d

# own_turn_servers: the text on stdin with the folder of this program, and without the servers that the packages offer. Servers
# on other hosts stay, because an operator entered them. They come after the folder, so prosody offers them instead.
own_turn_servers() {
  awk -v domain="$DOMAIN" -v folder="$turn_servers" -v mark="$turn_mark" '
    index($0, mark) { next }
    { lines[++count] = $0 }
    /^external_services[ \t]*=[ \t]*\{[ \t]*$/ { start = count }
    start && !end {
      for (rest = $0; match(rest, /host[ \t]*=[ \t]*"[^"]*"/); rest = substr(rest, RSTART + RLENGTH)) {
        split(substr(rest, RSTART, RLENGTH), parts, "\"")
        if (parts[2] != domain) others = 1
      }
      if (/^[ \t]*\}[ \t]*;?[ \t]*$/) end = count
    }
    END {
      drops = start && end && !others
      for (i = 1; i <= count; i++) {
        if (drops && (i >= start && i <= end || lines[i] ~ /^external_service_secret[ \t]*=/)) continue
        if (!included && lines[i] ~ /^plugin_paths/) {
          print "Include \"" folder "/*.cfg.lua\" " mark
          included = 1
        }
        print lines[i]
      }
    }'
}

# Prosody does not start with an Include of a folder that is missing.
make_turn_servers_folder() {
  mkdir -p "$turn_servers"
  chown root:prosody "$turn_servers"
  chmod 0750 "$turn_servers"
}

# Makes the running prosody read its TURN servers again. A restart would end every meeting.
reload_turn_servers() {
  if ! timeout 20 prosodyctl shell config reload || ! timeout 20 prosodyctl shell module reload external_services "$DOMAIN"; then
    info "prosody cannot read its TURN servers again while it runs; its next start reads them"
  fi
}
