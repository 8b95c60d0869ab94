#!/bin/bash
# TLS for browsers: a self-signed certificate, as the packages make it. It is made again if it is missing, for another
# name, or about to end. A certificate that anything else brought is never replaced: browsers may trust it. Input: DOMAIN.
set -euo pipefail
: "${DOMAIN:?}" "${state_dir:?}"

readonly key=/etc/jitsi/meet/$DOMAIN.key
readonly certificate=/etc/jitsi/meet/$DOMAIN.crt
readonly record=own-certificate
readonly month=2592000

main() {
  local problem
  problem=$(certificate_problem)
  if [[ -n $problem ]] && is_ours; then
    make_certificate
  elif [[ -n $problem ]]; then
    info "WARNING: $certificate $problem. It is no certificate of this program's, so it is kept as it is. Renew it where it \
comes from, or for a self-signed one: rm $certificate $key, then: npm run repair -- web"
  fi
  nginx -t || fatal "nginx refuses its configuration${problem:+; its certificate $problem}" \
    "see the lines above; nginx goes on with the old one"
  if ! serves_certificate; then
    # A start limit that was reached would refuse this start too.
    systemctl reset-failed nginx
    systemctl reload-or-restart nginx
  fi
  wait_for 30 "https://$DOMAIN" serves_certificate || {
    last_lines /var/log/nginx/error.log
    fatal "https://$DOMAIN does not answer with $certificate" "systemctl status nginx; then: pulumi up"
  }
  info "https://$DOMAIN answers"
}

# What is wrong with the certificate, as the end of a sentence; nothing where it is good.
certificate_problem() {
  if [[ ! -s $certificate || ! -s $key ]]; then
    printf 'is missing, or its key %s is' "$key"
  elif ! openssl x509 -in "$certificate" -noout 2>/dev/null; then
    printf 'cannot be read as a certificate'
  elif ! openssl x509 -in "$certificate" -noout -checkhost "$DOMAIN" | grep -q 'does match'; then
    printf 'is not for %s' "$DOMAIN"
  elif ! cmp -s <(openssl x509 -in "$certificate" -noout -pubkey) <(openssl pkey -in "$key" -pubout); then
    printf 'does not belong to the key %s' "$key"
  elif ! openssl x509 -in "$certificate" -noout -checkend 0 >/dev/null; then
    printf 'has expired (%s)' "$(openssl x509 -in "$certificate" -noout -enddate)"
  elif is_ours && ! openssl x509 -in "$certificate" -noout -checkend "$month" >/dev/null; then
    printf 'ends in less than 30 days'
  fi
}

# Whether it may be made again: there is none, this program noted it down, or it is one of those that Jitsi's packages
# make (and earlier releases of this program made): its own issuer, for DOMAIN and for localhost.
is_ours() {
  if [[ ! -e $certificate && ! -L $certificate ]]; then
    return
  fi
  if [[ -f $state_dir/$record && $(<"$state_dir/$record") == "$(fingerprint <"$certificate")" ]]; then
    return
  fi
  [[ $(name_of subject) == "$(name_of issuer)" ]] &&
    openssl x509 -in "$certificate" -noout -ext subjectAltName 2>/dev/null | grep -qE '(^|[ ,])DNS:localhost(,|$)'
}

# name_of subject|issuer
name_of() {
  openssl x509 -in "$certificate" -noout "-$1" 2>/dev/null | sed 's/^[a-z]*=//'
}

# Of the first certificate on stdin; nothing where there is none.
fingerprint() {
  openssl x509 -noout -fingerprint -sha256 2>/dev/null || true
}

make_certificate() {
  local output
  info "making a self-signed certificate for $DOMAIN"
  install -d -m 0755 "${key%/*}"
  if [[ -s $key && ! -e $certificate ]]; then
    # Whose certificate may still come.
    mv -f "$key" "$key.old"
  fi
  output=$(umask 077 && openssl req -x509 -newkey rsa:3072 -nodes -days 3650 -subj "/CN=$DOMAIN" \
    -addext "subjectAltName=DNS:$DOMAIN,DNS:localhost" -keyout "$key.new" -out "$certificate.new" 2>&1) || {
    printf '%s\n' "$output"
    fatal "openssl cannot make a certificate in ${key%/*}" "see the lines above; then: pulumi up"
  }
  chmod 0644 "$certificate.new"
  remember "$record" "$(fingerprint <"$certificate.new")"
  mv -f "$key.new" "$key"
  mv -f "$certificate.new" "$certificate"
}

# That one and no other, and a page by it. Who signed it is no question here: a kept one may have expired.
serves_certificate() {
  curl -fsSk --max-time 5 --noproxy '*' -o /dev/null --resolve "$DOMAIN:443:127.0.0.1" "https://$DOMAIN/" &&
    [[ $(served | fingerprint) == "$(fingerprint <"$certificate")" ]]
}

served() {
  timeout 5 openssl s_client -connect 127.0.0.1:443 -servername "$DOMAIN" </dev/null 2>/dev/null || true
}

main "$@"
