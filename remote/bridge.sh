#!/bin/bash
# Verbs about one bridge, by its private REST API. Input: bridge_url, http://ADDRESS:8080.

# shellcheck disable=SC2154 # set by the script, after this file is read
bridge_get() {
  curl -fsS --max-time 5 --noproxy '*' -H 'Accept: text/plain, application/json' "$bridge_url$1"
}

bridge_post() {
  curl -fsS --max-time 5 --noproxy '*' -o /dev/null -X POST "$bridge_url$1"
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

# set_drain enable|disable: and looks whether it took: a wrong path that fails silently has cut live calls.
set_drain() {
  local wanted=false
  if [[ $1 == enable ]]; then
    wanted=true
  fi
  bridge_post "/colibri/drain/$1" || return 1
  [[ $(bridge_get /colibri/drain | jq -r .drain) == "$wanted" ]]
}

# participants: how many people's media this bridge carries; fails when it cannot tell.
participants() {
  bridge_metric local_endpoints
}
