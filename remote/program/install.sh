#!/bin/bash
# Installs the program from its archive, and runs a verb of it. The step takes this text out of the archive, whose checksum
# it has compared, and runs: bash -c TEXT install.sh ARCHIVE VERB [ARGUMENTS]. stdin is the verb's.
# Unpacks the archive and switches one symlink. Verbs that run keep the folder that they started from: the one before stays
# until the next switch.
# PROGRAM_COMMAND: where the command is, in tests.
set -euo pipefail

readonly archive=${1:?}
readonly program=${archive%.tar}
readonly folder=${archive%/*}
readonly command=${PROGRAM_COMMAND:-/usr/local/sbin/jitsi-hetzner}
readonly verb=${2:?}

install() {
  local before
  exec 9>"$folder/program.lock"
  flock -w 120 9 || fatal "another run installs the program"
  new=$(mktemp -d "$program.XXXXXX")
  trap 'rm -rf "$new"' EXIT
  chmod 0755 "$new"
  tar -C "$new" --no-same-owner -xf "$archive" >&2 || fatal "$archive cannot be unpacked; df -h $folder"
  # What is there under this name may be damaged. If it is whole, a verb of another run may be running in it.
  if ! diff -rq -x __pycache__ "$new" "$program" >/dev/null 2>&1; then
    rm -rf "$program"
    mv -T "$new" "$program"
  fi
  before=$(readlink "$folder/program" || true)
  ln -sfnT "${program##*/}" "$folder/program.new"
  mv -fT "$folder/program.new" "$folder/program"
  ln -sfnT "$folder/program/jitsi-hetzner" "$command"
  remove_others "${before##*/}"
  printf '%s: %s is installed\n' "$verb" "${program##*/}" >&2
  # No verb keeps the lock.
  exec 9>&-
}

# remove_others BEFORE: all programs but the one of now and the one before.
remove_others() {
  local path
  for path in "$folder"/program-*; do
    if [[ $path != "$program" && $path != "$archive" && ${path##*/} != "${1:-none}" && $path != *.lock ]]; then
      rm -rf "$path"
    fi
  done
}

fatal() {
  printf '%s failed on %s: %s\n  What to do: repair it on the host, then: pulumi up\n' "$verb" "$HOSTNAME" "$1" >&2
  exit 1
}

install
shift
rm -rf "$new"
exec "$command" "$@"
