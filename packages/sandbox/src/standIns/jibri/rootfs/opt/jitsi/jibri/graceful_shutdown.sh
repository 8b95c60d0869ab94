#!/bin/bash
# Returns at once, like upstream's.

port="$(hocon -f /etc/jitsi/jibri/jibri.conf get jibri.api.http.internal-api-port 2>/dev/null || true)"

curl -sX POST "http://127.0.0.1:${port:-3333}/jibri/api/internal/v1.0/gracefulShutdown"
