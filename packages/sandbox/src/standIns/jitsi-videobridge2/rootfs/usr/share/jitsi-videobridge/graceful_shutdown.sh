#!/bin/bash
# Asks the bridge for a graceful shutdown and waits until its process has ended. Works only if
# COLIBRI and shutdown are enabled in the REST API. Needs jq and curl.
# Options: -h URL of the REST API (http://localhost:8080), -s for no output.

url="http://localhost:8080"
silent=""
while getopts "h:s" option; do
  case "$option" in
    h) url="$OPTARG" ;;
    s) silent=1 ;;
    *) exit 1 ;;
  esac
done

say() { [ -n "$silent" ] || echo "$@"; }
participants() { curl -s "$url/colibri/stats" | jq '.participants - .octo_endpoints'; }

pid="$(cat /var/run/jitsi-videobridge/jitsi-videobridge.pid)"
status="$(curl -s -o /dev/null -H "Content-Type: application/json" \
  -d '{ "graceful-shutdown": "true" }' -w "%{http_code}" "$url/colibri/shutdown")"
if [ "$status" != 200 ]; then
  echo "Invalid HTTP status for shutdown request: $status" >&2
  exit 1
fi
say "Graceful shutdown started"
while [ -d "/proc/$pid" ] && [ "$(participants)" -gt 0 ] 2>/dev/null; do
  say "There are still $(participants) participants"
  sleep 10
done
while [ -d "/proc/$pid" ]; do
  say "PID $pid still exists"
  sleep 10
done
say "Bridge shutdown OK"
