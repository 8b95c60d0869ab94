#!/bin/bash
# Configures prosody on the web host: keeps guests out of the control rooms, and checks that prosody works. Prints the
# certificate of auth.DOMAIN (PEM) to stdout, which prosody presents to jicofo and the bridges.
# Inputs: DOMAIN, WEB_PRIVATE_IP, LOGIN_MODULE, BRIDGES_MODULE and TMPFILES_CONF (texts of mod_no_http_login.lua,
# mod_dead_bridges.lua and the file in tmpfiles.d).
set -euo pipefail
: "${DOMAIN:?}" "${WEB_PRIVATE_IP:?}" "${TMPFILES_CONF:?}" "${prosody_config:?}" "${state_dir:?}" # prosody.sh, lib.sh

readonly certificate=/var/lib/prosody/auth.$DOMAIN.crt
readonly certificate_days=3650

main() {
  [[ -f $prosody_config ]] ||
    fatal "$prosody_config is missing: jitsi-meet-prosody was configured for another domain" \
      "the domain of a host cannot change; to change it, replace the web host"
  [[ -s $certificate ]] || fatal "$certificate is missing" "dpkg-reconfigure jitsi-meet-prosody, then: pulumi up"
  make_certificate_last
  # systemd-tmpfiles-clean.timer reads it every day.
  write_file /etc/tmpfiles.d/jitsi-hetzner.conf 0644 root:root "$TMPFILES_CONF"
  keep_guests_out
  wait_for 30 "prosody on $WEB_PRIVATE_IP:5222" prosody_answers || {
    last_lines /var/log/prosody/prosody.err
    private_interface "$WEB_PRIVATE_IP" ||
      fatal "no interface has the private address $WEB_PRIVATE_IP, so prosody does not answer there" "npm run repair -- web"
    fatal "prosody does not answer on $WEB_PRIVATE_IP:5222" "journalctl -u prosody -n 50; then: pulumi up"
  }
  expect_modules
  expect_guests_out
  expect_certificate_shown
  warn_if_expired
  result "$(openssl x509 -in "$certificate")"
}

# The packages create the certificate for one year and never renew it. This extends it to ten years. It runs only before the
# first start of prosody with these settings: no bridge has the certificate yet, and keep_guests_out restarts prosody. Key,
# names and extensions stay.
make_certificate_last() {
  if [[ -e $state_dir/restarted-prosody ]]; then
    return
  fi
  openssl x509 -in "$certificate" -signkey "${certificate%.crt}.key" -days "$certificate_days" \
    -set_serial "0x$(openssl rand -hex 16)" -out "$certificate.new" ||
    fatal "the certificate of auth.$DOMAIN cannot be signed with its key" "ls -l ${certificate%.crt}.*; then: pulumi up"
  chown --reference="$certificate" "$certificate.new"
  chmod --reference="$certificate" "$certificate.new"
  mv -f "$certificate.new" "$certificate"
  info "the certificate of auth.$DOMAIN is valid for $certificate_days days"
}

# prosody must present the certificate that the bridges get, because otherwise none of them could log in again. A reload
# reads the certificates again and cuts no connection.
expect_certificate_shown() {
  if ! shows_certificate; then
    info "prosody presents another certificate than $certificate: reloading prosody"
    systemctl reload prosody
  fi
  wait_for 20 "prosody to present $certificate" shows_certificate || {
    last_lines /var/log/prosody/prosody.err
    fatal "prosody does not present the certificate in $certificate for auth.$DOMAIN" \
      "make its key ${certificate%.crt}.key readable for prosody, then: pulumi up"
  }
}

shows_certificate() {
  [[ $(shown_certificate "$WEB_PRIVATE_IP" "auth.$DOMAIN") == "$(certificate_text "$certificate")" ]]
}

# Only a warning, because Java accepts an expired certificate that itself is trusted. A new certificate would need a restart of
# prosody, which ends every meeting.
warn_if_expired() {
  openssl x509 -in "$certificate" -noout -checkend 0 >/dev/null ||
    info "WARNING: the certificate of auth.$DOMAIN has expired ($(openssl x509 -in "$certificate" -noout -enddate)). You do not have to do anything: Jitsi continues with it, because each host trusts this certificate itself"
}

prosody_answers() {
  timeout 5 bash -c "exec 9<>'/dev/tcp/$WEB_PRIVATE_IP/5222'"
}

main "$@"
