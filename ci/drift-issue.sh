#!/bin/bash
# Opens an issue about drift, or rewrites the one that is open; closes it when there is none any more.
# usage: GH_TOKEN=... ci/drift-issue.sh found|none FILE BEGAN
# BEGAN is when the comparison began, as in 2026-11-30T03:17:00Z.
set -euo pipefail
outcome=$1 file=$2 began=$3
title="The cluster is not what the program says"

# While a deployment changes the cluster, every comparison finds a difference. A deployment that waits, for its approval or
# for another one, changes nothing.
deployments=$(gh run list --workflow deploy.yml --json status,updatedAt --jq \
  "[.[] | select(.status == \"in_progress\" or (.status == \"completed\" and .updatedAt >= \"$began\"))] | length")
if ((deployments > 0)); then
  echo "a deployment ran during the comparison, so its result is not used; the next night compares again"
  exit
fi

number=$(gh issue list --state open --search "in:title \"$title\"" --json number --jq '.[0].number // empty')
case "$outcome-${number:+open}" in
found-) gh issue create --title "$title" --body-file "$file" ;;
found-open) gh issue edit "$number" --body-file "$file" ;;
none-open) gh issue close "$number" --comment "No drift any more." ;;
none-) echo "no drift, and no issue about it" ;;
esac
