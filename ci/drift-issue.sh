#!/bin/bash
# Opens an issue about drift, or adds to the one that is open; closes it when there is none any more.
# usage: GH_TOKEN=... ci/drift-issue.sh found|none FILE
set -euo pipefail
outcome=$1 file=$2
title="The cluster is not what the program says"

number=$(gh issue list --state open --search "in:title \"$title\"" --json number --jq '.[0].number // empty')
case "$outcome-${number:+open}" in
found-) gh issue create --title "$title" --body-file "$file" ;;
found-open) gh issue edit "$number" --body-file "$file" ;;
none-open) gh issue close "$number" --comment "No drift any more." ;;
none-) echo "no drift, and no issue about it" ;;
esac
