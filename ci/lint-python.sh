#!/bin/bash
# ruff and mypy on the program for the web host, for the Python versions of Debian 12 and 13. Both linters are installed
# once into the cache, at the versions of ci/python-linters.txt.
set -euo pipefail
cd "$(dirname "$0")/.."

cache=${JITSI_HETZNER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/jitsi-hetzner}/linters
requirements=$PWD/ci/python-linters.txt
linters=$cache/python-$(sha256sum <"$requirements" | head -c 12)
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
if [[ ! -e $linters/installed ]]; then
  echo "installing ruff and mypy" >&2
  python3 -m venv --clear "$linters"
  "$linters/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement "$requirements"
  touch "$linters/installed"
fi
flock --unlock 9

ruff=("$linters/bin/ruff" --config ci/ruff.toml --quiet)
"${ruff[@]}" check remote/program test/program
"${ruff[@]}" format --check remote/program test/program
for version in 3.11 3.13; do
  "$linters/bin/mypy" --config-file ci/mypy.ini --python-version "$version" --cache-dir "$cache/mypy-cache"
done
