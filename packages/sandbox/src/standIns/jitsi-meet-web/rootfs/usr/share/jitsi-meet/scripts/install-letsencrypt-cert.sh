#!/bin/bash
# Stand-in: the real script downloads acme.sh, which the sandbox cannot reach. It fails like the
# real script without a network. The package ignores this and keeps its self-signed certificate.
echo "install-letsencrypt-cert.sh: cannot download acme.sh: the sandbox has no internet" >&2
exit 1
