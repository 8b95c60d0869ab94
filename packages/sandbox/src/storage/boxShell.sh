#!/bin/bash
# The shell of a storage box on its second port: SFTP and a few commands.
case "${SSH_ORIGINAL_COMMAND:-}" in
  *internal-sftp* | *sftp-server*) exec /usr/lib/openssh/sftp-server -d /srv/box/home ;;
  md5sum | md5sum\ * | sha1sum | sha1sum\ * | sha256sum | sha256sum\ *)
    cd /srv/box/home && eval "exec ${SSH_ORIGINAL_COMMAND%%[;&|\`\$<>]*}"
    ;;
  *)
    echo "Command not found. Use 'help' to get a list of available commands." >&2
    exit 8
    ;;
esac
