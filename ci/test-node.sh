#!/bin/bash
# The unit tests and the preview on other versions of Node.js and of Pulumi's SDK, in a copy of this checkout.
# usage: ci/test-node.sh [NODE:SDK...], for example 24:3.276.0. NODE is a version of the npm package `node`.
set -euo pipefail
cd "$(dirname "$0")/.."

# 3.248.0 is the newest SDK for Node 20, and the pinned one; 3.249 and later need Node 22. The workflow `checks` has the same list.
if [[ $# -eq 0 ]]; then
  set -- 22:3.248.0 22:3.276.0 24:3.248.0 24:3.276.0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

main() {
  local combination
  for combination in "$@"; do
    [[ $combination =~ ^[0-9.]+:[0-9.]+$ ]] || { echo "\"$combination\" is not NODE:SDK, for example 24:3.276.0" >&2; exit 2; }
  done
  for combination in "$@"; do
    try "${combination%:*}" "${combination#*:}"
  done
}

# try NODE SDK
try() {
  local prefix=$work/node-$1 copy=$work/checkout seconds=$SECONDS
  [[ -d $prefix ]] || npm install --prefix "$prefix" --no-progress --loglevel=error "node@$1"
  rm -rf "$copy"
  mkdir "$copy"
  git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$copy"
  (
    cd "$copy"
    PATH=$prefix/node_modules/node/bin:$PATH
    npm ci --no-progress --loglevel=error
    npm ci --prefix packages --no-progress --loglevel=error
    npm install --no-save --no-progress --loglevel=error "@pulumi/pulumi@$2"
    echo "=== Node $(node --version), @pulumi/pulumi $(node -p 'require("@pulumi/pulumi/package.json").version')"
    npx jest --selectProjects unit
    ci/preview-in-sandbox.sh >"$work/preview"
    tail -n 5 "$work/preview"
  )
  echo "=== passed in $((SECONDS - seconds)) s"
}

main "$@"
