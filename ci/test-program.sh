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
for python in "${pythons[@]:-python3}"; do
  echo "$("$python" --version): tests of remote/program"
  PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$PWD/remote/program:$PWD/test "$python" -W ignore::DeprecationWarning -m unittest discover --start-directory test/program --top-level-directory test 2>&1
done
