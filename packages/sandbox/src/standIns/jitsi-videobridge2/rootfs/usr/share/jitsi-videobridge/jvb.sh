#!/bin/bash
# Starts the stand-in for jitsi-videobridge. Environment: JAVA_SYS_PROPS, VIDEOBRIDGE_MAX_MEMORY.

here="$(dirname "$(readlink -f "$0")")"

export SANDBOX_HOME_NETWORK=192.168
# shellcheck disable=SC2086 # JAVA_SYS_PROPS is a list of words
exec python3 -u "$here/jvb.py" "-Xmx${VIDEOBRIDGE_MAX_MEMORY:-3072m}" -XX:+HeapDumpOnOutOfMemoryError -XX:HeapDumpPath=/tmp \
  $JAVA_SYS_PROPS "$@"
