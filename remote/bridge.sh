#!/bin/bash
# Functions that ask the bridge of this host, through its REST API. Input: bridge_url (http://ADDRESS:8080).

# shellcheck disable=SC2154 # set by the script, after this file is read
bridge_get() {
  curl -fsS --max-time 5 --noproxy '*' -H 'Accept: text/plain, application/json' "$bridge_url$1"
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

# participants: the number of participants whose media this bridge carries. Fails if the bridge does not report it.
participants() {
  bridge_metric local_endpoints
}
