#!/bin/bash
# Puts a text under a pull request, as one comment that is edited the next time.
# usage: GH_TOKEN=... ci/comment.sh OWNER/REPOSITORY NUMBER FILE
set -euo pipefail
repository=$1 number=$2 file=$3

# The first line of the text, by which its comment is found again; only a bot's counts.
marker=$(head -n 1 "$file")
id=$(gh api --paginate "repos/$repository/issues/$number/comments" \
  --jq '.[] | select(.user.type == "Bot") | "\(.id) \(.body | split("\n")[0])"' |
  awk -v marker="$marker" 'substr($0, index($0, " ") + 1) == marker { print $1; exit }')
if [[ -n $id ]]; then
  gh api --method PATCH "repos/$repository/issues/comments/$id" --field "body=@$file" --silent
else
  gh api --method POST "repos/$repository/issues/$number/comments" --field "body=@$file" --silent
fi
