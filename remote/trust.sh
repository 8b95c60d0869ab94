#!/bin/bash
# Functions for the certificate of prosody, by which jicofo and the bridges identify prosody. Needs lib.sh.
: "${state_dir:?}"

# Programs read this file with all trusted certificates. Java has its own copy.
readonly trusted_certificates=/etc/ssl/certs/ca-certificates.crt
# update-ca-certificates makes a link for each of them here.
readonly certificate_links=/etc/ssl/certs

# trust FILE: Java programs of this host accept this certificate from their next start on, even if it has expired.
trust() {
  local record=$state_dir/trusted-certificate link sum fresh=()
  sum=$(sha256sum <"$1")
  if [[ -f $record && $(<"$record") == "$sum" ]] && is_trusted "$1"; then
    return
  fi
  info "adding $1 to the certificates that this host trusts"
  # --fresh where there was one of this name, because the copy of Java would keep that. It reads all certificates anew: Java
  # takes seconds for them, and a new bridge waits for it.
  link=$certificate_links/$(basename "$1" .crt).pem
  if [[ -L $link || -e $link ]]; then
    fresh=(--fresh)
  fi
  update-ca-certificates "${fresh[@]}" >/dev/null || fatal "update-ca-certificates failed" "repair what the lines above show, then: pulumi up"
  is_trusted "$1" || fatal "$1 is not in $trusted_certificates after update-ca-certificates" "ls -l ${1%/*}; then: pulumi up"
  remember trusted-certificate "$sum"
}

is_trusted() {
  [[ $(tr -d '\n' <"$trusted_certificates") == *"$(certificate_text "$1")"* ]]
}

# certificate_text FILE: the certificate in one line, without its BEGIN and END lines.
certificate_text() {
  openssl x509 -in "$1" | sed '1d;$d' | tr -d '\n'
}

# shown_certificate ADDRESS HOST: the text of the certificate that prosody presents for this host, valid or not.
shown_certificate() {
  timeout 10 openssl s_client -starttls xmpp -xmpphost "$2" -connect "$1:5222" </dev/null 2>/dev/null |
    openssl x509 2>/dev/null | sed '1d;$d' | tr -d '\n' | grep .
}
