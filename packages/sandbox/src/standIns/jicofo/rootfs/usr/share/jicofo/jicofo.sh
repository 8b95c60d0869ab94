#!/bin/bash
# Starts the stand-in for jicofo. Environment: JAVA_SYS_PROPS, JICOFO_MAX_MEMORY.

here="$(dirname "$(readlink -f "$0")")"

# shellcheck disable=SC2086 # JAVA_SYS_PROPS is a list of words
exec python3 -u "$here/jicofo.py" "-Xmx${JICOFO_MAX_MEMORY:-3072m}" -XX:+HeapDumpOnOutOfMemoryError -XX:HeapDumpPath=/tmp \
  $JAVA_SYS_PROPS "$@"
