#!/bin/bash
# Serves the public half of the deployment key, for owners of machines. Argument: publish or remove. Input: PUBLIC_KEY.
set -euo pipefail
: "${PUBLIC_KEY:?}"

# nginx serves this folder of the web app.
readonly file=/usr/share/jitsi-meet/static/jitsi-hetzner.pub

main() {
  case ${1:-} in
    publish)
      [[ -d ${file%/*} ]] || fatal "${file%/*} is missing" "apt-get install --reinstall jitsi-meet-web, then: pulumi up"
      write_file "$file" 0644 root:root "$PUBLIC_KEY"$'\n'
      ;;
    remove) rm -f "$file" ;;
    *) fatal "unknown argument \"${1:-}\"" "pulumi up" ;;
  esac
}

main "$@"
