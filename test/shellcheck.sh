#!/bin/bash
# Checks every shell script of the repository, found by its first line or its name.
set -euo pipefail
cd "$(dirname "$0")/.."

mapfile -t scripts < <(
  git ls-files --cached --others --exclude-standard | while IFS= read -r file; do
    [[ -f $file ]] || continue
    # Maintainer scripts of the packages and commands have no ending; templates are checked as rendered.
    if [[ $file == *.sh ]] || { [[ $file != *.hbs ]] && head -c 40 "$file" | head -n 1 | grep -qaE '^#!.*/(ba|da)?sh'; }; then
      printf '%s\n' "$file"
    fi
  done
)
((${#scripts[@]} > 0)) || { echo "no shell script found" >&2; exit 1; }
echo "shellcheck: ${#scripts[@]} scripts"
shellcheck --external-sources "${scripts[@]}"
