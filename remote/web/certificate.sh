#!/bin/bash
# TLS for browsers: a self-signed certificate, as the packages make it; made anew when it is missing, for
# another name, or about to end. Input: DOMAIN.
set -euo pipefail
: "${DOMAIN:?}"

readonly key=/etc/jitsi/meet/$DOMAIN.key
readonly certificate=/etc/jitsi/meet/$DOMAIN.crt
readonly month=2592000

main() {
  if ! certificate_is_good; then
    make_certificate
  fi
  nginx -t || fatal "nginx refuses its configuration" "see the lines above; nginx goes on with the old one"
  if ! serves_certificate; then
    systemctl reload-or-restart nginx
  fi
  wait_for 30 "https://$DOMAIN" serves_certificate || {
    last_lines /var/log/nginx/error.log
    fatal "https://$DOMAIN does not answer with $certificate" "systemctl status nginx; then: pulumi up"
  }
  info "https://$DOMAIN answers"
}

certificate_is_good() {
  [[ -s $key && -s $certificate ]] &&
    openssl x509 -in "$certificate" -noout -checkend "$month" >/dev/null &&
    openssl x509 -in "$certificate" -noout -checkhost "$DOMAIN" | grep -q 'does match' &&
    cmp -s <(openssl x509 -in "$certificate" -noout -pubkey) <(openssl pkey -in "$key" -pubout)
}

make_certificate() {
  info "making a self-signed certificate for $DOMAIN"
  install -d -m 0755 "${key%/*}"
  (umask 077 && openssl req -x509 -newkey rsa:3072 -nodes -days 3650 -subj "/CN=$DOMAIN" \
    -addext "subjectAltName=DNS:$DOMAIN,DNS:localhost" -keyout "$key.new" -out "$certificate.new" 2>/dev/null)
  chmod 0644 "$certificate.new"
  mv -f "$key.new" "$key"
  mv -f "$certificate.new" "$certificate"
}

# Self-signed: it is its own authority, so that the check is a real one.
serves_certificate() {
  curl -fsS --max-time 5 --noproxy '*' -o /dev/null --cacert "$certificate" \
    --resolve "$DOMAIN:443:127.0.0.1" "https://$DOMAIN/"
}

main "$@"
