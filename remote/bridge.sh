#!/bin/bash
# Verbs about one bridge, by its private REST API. Inputs: bridge_url, http://ADDRESS:8080; for those that change
# something NICKNAME too.

# shellcheck disable=SC2154 # set by the script, after this file is read
bridge_get() {
  curl -fsS --max-time 5 --noproxy '*' -H 'Accept: text/plain, application/json' "$bridge_url$1"
}

# is_own_bridge: whether the bridge at bridge_url is NICKNAME. Hetzner gives private addresses out again, and a request
# meant for a server that is gone would drain or end the one that has its address. The relay id is the nickname
# (jvb.conf.hbs), and of what the REST API shows the only thing that tells bridges apart.
is_own_bridge() {
  local stats actual="one without a relay id"
  stats=$(bridge_get /colibri/stats) || return 1
  # No jq: it is asked every two seconds by each of the drains that run side by side.
  if [[ $stats =~ \"relay_id\"\ *:\ *\"([^\"]*)\" ]]; then
    actual=${BASH_REMATCH[1]}
  fi
  # shellcheck disable=SC2153 # set by use_bridge
  if [[ $actual != "$NICKNAME" ]]; then
    printf '%s belongs to another bridge now: %s, not %s\n' "$bridge_url" "$actual" "$NICKNAME" >&2
    return 1
  fi
}

# bridge_post PATH [JSON]: to this bridge and to no other.
bridge_post() {
  is_own_bridge || return 1
  curl -fsS --max-time 5 --noproxy '*' -o /dev/null -X POST ${2:+-H 'Content-Type: application/json' -d "$2"} "$bridge_url$1"
}

# bridge_problem PATH: why a GET of it fails, in curl's words.
bridge_problem() {
  { bridge_get "$1" >/dev/null; } 2>&1 || true
}

# bridge_metric NAME: a number without decimals, from the Prometheus text.
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

# Whether a shutdown has begun, graceful or not.
bridge_is_ending() {
  bridge_get /metrics | awk '/^jitsi_jvb_(graceful_shutdown|shutting_down) / && $2 > 0 { found = 1 } END { exit !found }'
}

# set_drain enable|disable: and looks whether it took: a wrong path that fails silently has cut live calls.
set_drain() {
  local wanted=false
  if [[ $1 == enable ]]; then
    wanted=true
  fi
  bridge_post "/colibri/drain/$1" || return 1
  [[ $(bridge_get /colibri/drain | jq -r .drain) == "$wanted" ]]
}

# shut_down GRACEFUL: no new conferences from here on; with true the program ends when it is empty, with false at once,
# so that jicofo finds the people who are on it another bridge. Looks whether it took.
shut_down() {
  bridge_post /colibri/shutdown "{ \"graceful-shutdown\": \"$1\" }" && bridge_is_ending
}

# participants: how many people's media this bridge carries; fails when it cannot tell.
participants() {
  bridge_metric local_endpoints
}
