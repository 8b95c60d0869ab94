#!/bin/bash
# Installs the archive of the host's program that was copied before: checks it, unpacks it, and switches one symlink.
# Verbs that run keep the folder that they started from: the one before stays until the next switch.
# Inputs: DIGEST: of the program; SHA256: of the archive. PROGRAM_FOLDER and PROGRAM_COMMAND: where, in tests.
set -euo pipefail

: "${DIGEST:?}" "${SHA256:?}"

readonly folder=${PROGRAM_FOLDER:-/var/lib/jitsi-hetzner}
readonly archive=$folder/program-$DIGEST.tar
readonly program=$folder/program-$DIGEST
readonly command=${PROGRAM_COMMAND:-/usr/local/sbin/jitsi-hetzner}

main() {
  local before
  exec 9>"$folder/program.lock"
  flock -w 120 9 || fatal "another run installs the program"
  sha256sum --quiet --strict -c - <<<"$SHA256  $archive" >&2 ||
    fatal "$archive is missing or damaged"
  new=$(mktemp -d "$program.XXXXXX")
  trap 'rm -rf "$new"' EXIT
  chmod 0755 "$new"
  tar -C "$new" --no-same-owner -xf "$archive" >&2 || fatal "$archive cannot be unpacked; df -h $folder"
  # Anew in any case: what is there under this name may be damaged.
  rm -rf "$program"
  mv -T "$new" "$program"
  before=$(readlink "$folder/program" || true)
  ln -sfnT "${program##*/}" "$folder/program.new"
  mv -fT "$folder/program.new" "$folder/program"
  ln -sfnT "$folder/program/jitsi-hetzner" "$command"
  remove_others "${before##*/}"
  printf 'program %s is installed\n' "$DIGEST" >&2
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
  printf 'host/program failed on %s: %s\n  What to do: repair it on the host, then: pulumi up\n' "$HOSTNAME" "$1" >&2
  exit 1
}

main "$@"
