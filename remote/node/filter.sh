#!/bin/bash
# Confirms the packet filter that node/setup has loaded for a trial, and loads it at each boot from now on. The step comes over
# a new connection, so it proves that SSH is open. Inputs: NAME, NFT_RULES.
set -euo pipefail
: "${NAME:?}" "${NFT_RULES:?}"

main() {
  keep_filter "$NFT_RULES"
  info "SSH is open through the packet filter of $NAME, which stays"
}

main "$@"
