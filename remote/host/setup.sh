#!/bin/bash
# Sets a host up to the point where the steps of Jitsi can begin. Safe to repeat, at any time: it restarts no service. What
# fails because of a setting or of the cloud comes before the long wait for the packages.
set -euo pipefail

main() {
  remove_bootstrap_key
  set_authorized_keys
  expect_private_network
  install_packages
  set_up_system
  harden
}

main "$@"
