#!/bin/bash
# What the program would make, without an account, a token or root: `pulumi preview` against the sandbox's API.
# usage: ci/preview-in-sandbox.sh [FILE]
# The settings are those of Pulumi.dev.yaml, in a copy. With FILE the preview goes there as JSON.
set -euo pipefail
cd "$(dirname "$0")/.."

stack=sandbox-preview
work=$(mktemp -d)
trap 'npm run -s sandbox -- --dir "$work/sandbox" down >&2; rm -rf "$work" "Pulumi.$stack.yaml"' EXIT

npm run -s toolchain >&2
npm run -s sandbox -- --dir "$work/sandbox" up --api-only >&2
environment=$(npm run -s sandbox -- --dir "$work/sandbox" env)
eval "$environment"
pulumi stack init "$stack" --non-interactive >&2
npx tsx tools/previewSummary/previewSettings.ts >"$work/settings.yaml"

preview=(pulumi preview --stack "$stack" --config-file "$work/settings.yaml" --non-interactive)
if [[ $# -eq 0 ]]; then
  "${preview[@]}" --policy-pack policy
else
  # A failed preview is one too: its reason is in the file.
  "${preview[@]}" --json >"$1" || echo "the preview failed; $1 says why" >&2
fi
