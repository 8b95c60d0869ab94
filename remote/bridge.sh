#!/bin/bash
# Functions for one bridge, through its private REST API. Inputs: bridge_url (http://ADDRESS:8080), and NICKNAME for the
# functions that change something.

# shellcheck disable=SC2154 # set by the script, after this file is read
bridge_get() {
  curl -fsS --max-time 5 --noproxy '*' -H 'Accept: text/plain, application/json' "$bridge_url$1"
}

# is_own_bridge: succeeds if the bridge at bridge_url is NICKNAME. Hetzner reuses private addresses: a request for a server
# that no longer exists would drain or stop the server that now has its address. The relay id is the nickname
# (jvb.conf.hbs). Nothing else in the REST API identifies a bridge.
is_own_bridge() {
  local stats actual="one without a relay id"
  stats=$(bridge_get /colibri/stats) || return 1
  # Without jq, because each of several drains in parallel asks this every two seconds.
  if [[ $stats =~ \"relay_id\"\ *:\ *\"([^\"]*)\" ]]; then
    actual=${BASH_REMATCH[1]}
  fi
  # shellcheck disable=SC2153 # set by use_bridge
  if [[ $actual != "$NICKNAME" ]]; then
    printf '%s belongs to another bridge now: %s, not %s\n' "$bridge_url" "$actual" "$NICKNAME" >&2
    return 1
  fi
}

# bridge_post PATH [JSON]: sends a POST to this bridge and to no other.
bridge_post() {
  is_own_bridge || return 1
  curl -fsS --max-time 5 --noproxy '*' -o /dev/null -X POST ${2:+-H 'Content-Type: application/json' -d "$2"} "$bridge_url$1"
}

# bridge_problem PATH: why a GET of the path fails, as curl reports it.
bridge_problem() {
  { bridge_get "$1" >/dev/null; } 2>&1 || true
}

# bridge_metric NAME: one number, without decimals, from the Prometheus text.
bridge_metric() {
  bridge_get /metrics | awk -v name="jitsi_jvb_$1" '$1 == name { printf "%d\n", $2; found = 1 } END { exit !found }'
}

bridge_has_joined() {
  local joined
  joined=$(bridge_metric mucs_joined) && ((joined >= 1))
}

bridge_is_draining() {
  [[ $(bridge_get /colibri/drain | jq -r .drain) == true ]]
}

# Succeeds if a shutdown has begun, graceful or not.
bridge_is_ending() {
  bridge_get /metrics | awk '/^jitsi_jvb_(graceful_shutdown|shutting_down) / && $2 > 0 { found = 1 } END { exit !found }'
}

# set_drain enable|disable: sets drain mode, and checks the result. A wrong path that failed silently has cut live calls.
set_drain() {
  local wanted=false
  if [[ $1 == enable ]]; then
    wanted=true
  fi
  bridge_post "/colibri/drain/$1" || return 1
  [[ $(bridge_get /colibri/drain | jq -r .drain) == "$wanted" ]]
}

# shut_down GRACEFUL: the bridge takes no new conferences. With true, its program ends when it is empty. With false, it ends
# at once, and jicofo moves the participants to other bridges. Checks the result.
shut_down() {
  bridge_post /colibri/shutdown "{ \"graceful-shutdown\": \"$1\" }" && bridge_is_ending
}

# participants: the number of participants whose media this bridge carries. Fails if the bridge does not report it.
participants() {
  bridge_metric local_endpoints
}
