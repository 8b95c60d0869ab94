#!/bin/bash
# actionlint and zizmor on the workflows; each is installed once, at its pinned version, into the cache.
set -euo pipefail
cd "$(dirname "$0")/.."

actionlint_version=1.7.12
zizmor_version=1.32.0
cache=${JITSI_HETZNER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/jitsi-hetzner}/linters
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9

actionlint=$cache/actionlint-$actionlint_version/actionlint
if [[ ! -x $actionlint ]]; then
  echo "installing actionlint $actionlint_version" >&2
  GOBIN=$(dirname "$actionlint") GOFLAGS="" go install "github.com/rhysd/actionlint/cmd/actionlint@v$actionlint_version"
fi
zizmor=$cache/zizmor-$zizmor_version/bin/zizmor
if [[ ! -x $zizmor ]]; then
  echo "installing zizmor $zizmor_version" >&2
  python3 -m venv "$cache/zizmor-$zizmor_version"
  "$cache/zizmor-$zizmor_version/bin/pip" install --quiet --disable-pip-version-check "zizmor==$zizmor_version"
fi
flock --unlock 9

"$actionlint"
"$zizmor" --offline --no-progress --quiet .
