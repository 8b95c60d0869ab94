#!/bin/bash
# The XMPP side of the web host: guests kept out of the control rooms, prosody alive. Prints the
# certificate of auth.DOMAIN (PEM) on stdout.
# Inputs: DOMAIN, WEB_PRIVATE_IP, LOGIN_MODULE (text of mod_no_http_login.lua).
set -euo pipefail
: "${DOMAIN:?}" "${WEB_PRIVATE_IP:?}" "${prosody_config:?}" # prosody.sh

readonly certificate=/var/lib/prosody/auth.$DOMAIN.crt

main() {
  [[ -f $prosody_config ]] ||
    fatal "$prosody_config is missing: jitsi-meet-prosody was configured for another domain" \
      "a host keeps its domain for life; replace the web host to change it"
  keep_guests_out
  wait_for 30 "prosody on $WEB_PRIVATE_IP:5222" prosody_answers || {
    last_lines /var/log/prosody/prosody.err
    fatal "prosody does not answer on $WEB_PRIVATE_IP:5222" "journalctl -u prosody -n 50; is the private network attached?"
  }
  expect_guests_out
  [[ -s $certificate ]] || fatal "$certificate is missing" "dpkg-reconfigure jitsi-meet-prosody, then: pulumi up"
  expect_valid
  result "$(openssl x509 -in "$certificate")"
}

# No bridge would log in; the packages make it for a year and never renew it.
expect_valid() {
  openssl x509 -in "$certificate" -noout -checkend 0 >/dev/null ||
    fatal "the certificate of auth.$DOMAIN, by which bridges know this host, has expired ($(openssl x509 -in "$certificate" -noout -enddate))" \
      "on $HOSTNAME: rm ${certificate%.crt}.{crt,key,cnf} && dpkg-reconfigure jitsi-meet-prosody; then: pulumi up"
}

prosody_answers() {
  timeout 5 bash -c "exec 9<>'/dev/tcp/$WEB_PRIVATE_IP/5222'"
}

main "$@"
