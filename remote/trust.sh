#!/bin/bash
# Verbs about prosody's certificate, by which jicofo and bridges know it. Needs lib.sh.
: "${state_dir:?}"

# What programs read: one file with all certificates. Java has a copy of its own.
readonly trusted_certificates=/etc/ssl/certs/ca-certificates.crt

# trust FILE: from the next start on, Java programs of this host accept this certificate, expired or not.
trust() {
  local record=$state_dir/trusted-certificate sum
  sum=$(sha256sum <"$1")
  if [[ -f $record && $(<"$record") == "$sum" ]] && is_trusted "$1"; then
    return
  fi
  info "adding $1 to the certificates that this host trusts"
  # Fresh: Java's copy would keep an older certificate of the same name.
  update-ca-certificates --fresh >/dev/null || fatal "update-ca-certificates failed" "see the lines above; then: pulumi up"
  is_trusted "$1" || fatal "$1 is not in $trusted_certificates after update-ca-certificates" "ls -l ${1%/*}; then: pulumi up"
  remember trusted-certificate "$sum"
}

is_trusted() {
  [[ $(tr -d '\n' <"$trusted_certificates") == *"$(certificate_text "$1")"* ]]
}

# certificate_text FILE: in one line, without its frame.
certificate_text() {
  openssl x509 -in "$1" | sed '1d;$d' | tr -d '\n'
}

# shown_certificate ADDRESS HOST: the text of the certificate that prosody shows for this host; whether it is a valid
# one is not asked.
shown_certificate() {
  timeout 10 openssl s_client -starttls xmpp -xmpphost "$2" -connect "$1:5222" </dev/null 2>/dev/null |
    openssl x509 2>/dev/null | sed '1d;$d' | tr -d '\n' | grep .
}
