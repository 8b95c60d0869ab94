#!/bin/bash
# Runs the tests of the Go modules: language host and command provider. Arguments are passed to `go
# test`, for example -json, -v, -run NAME.
set -euo pipefail
cd "$(dirname "$0")"
PATH="$PATH:/usr/local/go/bin:/usr/lib/go/bin"
# Like in go.ts: modules exactly as in go.sum, whatever the user has set. -trimpath like in the
# build, so that both share the compiled packages.
export GOFLAGS="-mod=readonly -trimpath" GOWORK=off CGO_ENABLED=0
status=0
for module in cli providers; do
  (cd "$module" && go vet ./... && go test "$@" ./...) || status=$?
done
exit "$status"
