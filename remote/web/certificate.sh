#!/bin/bash
# The TLS certificate for browsers. Creates a self-signed certificate as the packages do, and creates it again if it is
# missing, is for another name, or ends soon. Never replaces a certificate from any other source, because browsers may trust
# it; but moves one aside with which nginx cannot start, if the step `certificate` installs another one. Creates the site of
# nginx again if it is missing. Input: DOMAIN.
set -euo pipefail
: "${DOMAIN:?}" "${state_dir:?}"

readonly key=/etc/jitsi/meet/$DOMAIN.key
readonly certificate=/etc/jitsi/meet/$DOMAIN.crt
readonly record=own-certificate
readonly settings=/etc/jitsi-hetzner/certificate.json
readonly month=2592000
readonly names_bytes=512
readonly site=/etc/nginx/sites-available/$DOMAIN.conf
readonly enabled=/etc/nginx/sites-enabled/$DOMAIN.conf
readonly stream=/etc/nginx/modules-enabled/90-jitsi-hetzner-turn.conf

main() {
  local problem
  problem=$(certificate_problem)
  if [[ -n $problem ]] && is_ours; then
    make_certificate
  elif is_unusable && [[ $(tls) =~ ^(letsencrypt|own)$ ]]; then
    info "WARNING: $certificate $problem, so nginx cannot start. The files are now $certificate.old and $key.old"
    mv -f "$certificate" "$certificate.old"
    if [[ -e $key ]]; then
      mv -f "$key" "$key.old"
    fi
    make_certificate
  elif [[ -n $problem ]]; then
    info "WARNING: $certificate $problem. This program did not create it, so this step leaves it. $(advice)"
  fi
  restore_site
  nginx -t || fatal "nginx refuses its configuration and continues with the old one${problem:+; its certificate $problem}" \
    "repair what the lines above show, then: pulumi up"
  if ! serves_certificate; then
    # If nginx has reached its start limit, systemd would refuse this start too.
    systemctl reset-failed nginx
    systemctl reload-or-restart nginx
  fi
  wait_for 30 "https://$DOMAIN" serves_certificate || {
    last_lines /var/log/nginx/error.log
    fatal "https://$DOMAIN does not answer with $certificate" "systemctl status nginx; then: pulumi up"
  }
  info "https://$DOMAIN answers"
}

# Jitsi's packages write the site at their installation only. The part of nginx for TURN listens where a new site listens; the
# steps that come later write it again.
restore_site() {
  local template=/usr/share/jitsi-meet-web-config/jitsi-meet.example
  if [[ ! -s $site ]]; then
    [[ -s $template ]] || fatal "$site is missing, and so is $template" \
      "on the web host: apt-get install --reinstall jitsi-meet-web-config; then: npm run repair -- web"
    info "$site is missing: creating it from $template"
    rm -f "$stream"
    sed "s/jitsi-meet\.example\.com/$DOMAIN/g" "$template" >"$site.new"
    mv -f "$site.new" "$site"
  fi
  if [[ ! -e $enabled ]]; then
    ln -sfn "$site" "$enabled"
  fi
  make_room_for_names
}

# Jitsi's packages give nginx room for names of 46 characters (64 bytes), and nginx refuses its whole configuration with a
# longer one. 512 bytes are enough for each name of DNS, so also for aliases.
make_room_for_names() {
  local size
  size=$(sed -nE 's/^server_names_hash_bucket_size +([0-9]+);.*/\1/p' "$site")
  if [[ -n $size ]] && ((size < names_bytes)); then
    sed -E "s/^(server_names_hash_bucket_size +)[0-9]+;/\1$names_bytes;/" "$site" >"$site.new"
    mv -f "$site.new" "$site"
  fi
}

# The setting tls, which the step `certificate` notes. It comes later. Prints nothing if it has not run yet.
tls() {
  python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["tls"])' "$settings" 2>/dev/null || true
}

# What renews a certificate that this step does not create.
advice() {
  case $(tls) in
    letsencrypt)
      printf 'The host orders another one by itself. At once, on the web host: jitsi-hetzner certificate --tend --now'
      ;;
    own)
      printf 'Set tlsCertificate and tlsKey to new ones, then: pulumi up'
      ;;
    *)
      printf 'Renew it at its source, or to get a self-signed certificate: rm %s %s, then: npm run repair -- web' \
        "$certificate" "$key"
      ;;
  esac
}

# What is wrong with the certificate, as the end of a sentence. Prints nothing if it is good.
certificate_problem() {
  if [[ ! -s $certificate || ! -s $key ]]; then
    printf 'or its key %s is missing' "$key"
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

# Succeeds if nginx refuses the certificate or its key.
is_unusable() {
  [[ -n $problem ]] && ! openssl x509 -in "$certificate" -noout -pubkey 2>/dev/null |
    cmp -s - <(openssl pkey -in "$key" -pubout 2>/dev/null)
}

# Succeeds if this program may create the certificate again: there is none, a note says that this program created it, or it is
# of the kind that Jitsi's packages and older versions of this program create (self-signed, for DOMAIN and for localhost).
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

# The fingerprint of the first certificate on stdin. Prints nothing if there is none.
fingerprint() {
  openssl x509 -noout -fingerprint -sha256 2>/dev/null || true
}

make_certificate() {
  local output
  info "creating a self-signed certificate for $DOMAIN"
  install -d -m 0755 "${key%/*}"
  if [[ -s $key && ! -e $certificate ]]; then
    # The certificate of this key can still arrive.
    mv -f "$key" "$key.old"
  fi
  output=$(umask 077 && openssl req -x509 -newkey rsa:3072 -nodes -days 3650 -subj "/CN=$DOMAIN" \
    -addext "subjectAltName=DNS:$DOMAIN,DNS:localhost" -keyout "$key.new" -out "$certificate.new" 2>&1) || {
    printf '%s\n' "$output"
    fatal "openssl cannot create a certificate in ${key%/*}" "repair what the lines above show, then: pulumi up"
  }
  chmod 0644 "$certificate.new"
  remember "$record" "$(fingerprint <"$certificate.new")"
  mv -f "$key.new" "$key"
  mv -f "$certificate.new" "$certificate"
}

# Succeeds if nginx serves a page with exactly this certificate. Does not check who signed it, and when it ends, because a
# certificate from another source can have expired.
serves_certificate() {
  curl -fsSk --max-time 5 --noproxy '*' -o /dev/null --resolve "$DOMAIN:443:127.0.0.1" "https://$DOMAIN/" &&
    [[ $(served | fingerprint) == "$(fingerprint <"$certificate")" ]]
}

served() {
  timeout 5 openssl s_client -connect 127.0.0.1:443 -servername "$DOMAIN" </dev/null 2>/dev/null || true
}

main "$@"
