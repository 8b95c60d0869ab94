#!/bin/bash
# Runs the tests of the Go parts: language host and command provider.
# Arguments go to `go test`, e.g. -json, -v, -run NAME.
set -euo pipefail
cd "$(dirname "$0")"
PATH="$PATH:/usr/local/go/bin:/usr/lib/go/bin"
# As in go.ts: modules exactly as go.sum has them, whatever the user's own settings are.
# -trimpath as in the build, so that both share the compiled packages.
export GOFLAGS="-mod=readonly -trimpath" GOWORK=off CGO_ENABLED=0
status=0
for module in cli providers; do
  (cd "$module" && go vet ./... && go test "$@" ./...) || status=$?
done
exit "$status"
