#!/bin/bash
# Verbs of the web host about jicofo: whether it works, and what is missing where it does not.
# shellcheck disable=SC2034 # read by the scripts
readonly jicofo_url=http://127.0.0.1:8888
# jicofo takes 4 s to start, 15 s on a busy host; this leaves room for a host that is busier.
readonly jicofo_seconds=90

# jicofo_get PATH
jicofo_get() {
  curl -fsS --max-time 5 --noproxy '*' "$jicofo_url$1"
}

# Its health check fails while there is no bridge, as before the first one has joined; its version does not.
jicofo_answers() {
  jicofo_get /about/version >/dev/null
}

# expect_jicofo WHAT: before anything is done that needs it to move participants. Waits, as it may just be starting.
expect_jicofo() {
  wait_for "$jicofo_seconds" jicofo jicofo_answers ||
    fatal "jicofo does not answer on $jicofo_url ($(jicofo_answers 2>&1)), so it cannot move participants; $1" \
      "npm run repair -- web; then: pulumi up"
}
