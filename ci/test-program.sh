#!/bin/bash
# The tests of the program for the web host (remote/program), on each Python of Debian 12 and 13 that this machine has;
# where it has neither, on its own.
set -euo pipefail
cd "$(dirname "$0")/.."

pythons=()
for python in python3.11 python3.13; do
  if "$python" --version >/dev/null 2>&1; then
    pythons+=("$python")
  fi
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

run_tests() {
  echo "$("$1" --version): tests of remote/program"
  PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$PWD/remote/program:$PWD/test "$1" -W ignore::DeprecationWarning -m unittest discover --start-directory test/program --top-level-directory test
}

# Beside each other, as each takes one core; what they say comes one after the other.
declare -A running
for python in "${pythons[@]:-python3}"; do
  run_tests "$python" >"$work/$python" 2>&1 &
  running[$python]=$!
done
failed=0
for python in "${!running[@]}"; do
  wait "${running[$python]}" || failed=1
  cat "$work/$python"
done
exit "$failed"
