#!/bin/bash
# Waits until no recording runs, then stops the service. Upstream's needs jq too, which is no
# dependency of its package.

/opt/jitsi/jibri/graceful_shutdown.sh || exit 1
while [[ "$(curl -s http://localhost:2222/jibri/api/v1.0/health | jq -r .status.busyStatus)" == BUSY ]]; do
  sleep 10
done
sleep 5
exec systemctl stop jibri
