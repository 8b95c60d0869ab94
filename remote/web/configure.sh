#!/bin/bash
# The XMPP side of the web host: guests kept out of the control rooms, prosody and jicofo alive. Prints the
# certificate of auth.DOMAIN (PEM) on stdout. Inputs: DOMAIN, WEB_PRIVATE_IP.
set -euo pipefail
: "${DOMAIN:?}" "${WEB_PRIVATE_IP:?}"

readonly prosody_config=/etc/prosody/conf.avail/$DOMAIN.cfg.lua
readonly filter_mark='--[[ guests stay out: set by pulumi ]]'
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
  wait_for_jicofo
  [[ -s $certificate ]] || fatal "$certificate is missing" "dpkg-reconfigure jitsi-meet-prosody, then: pulumi up"
  result "$(openssl x509 -in "$certificate")"
}

# By default an anonymous guest of DOMAIN can join, even own, the room in which jicofo looks for bridges. The
# packages' own file is edited: prosody reads conf.d in no set order, so a second file could come first.
keep_guests_out() {
  local content
  [[ -f /usr/share/jitsi-meet/prosody-plugins/mod_muc_filter_access.lua ]] ||
    fatal "mod_muc_filter_access is missing: guests could join the bridges' room" "apt-get install --reinstall jitsi-meet-prosody"
  content=$(filtered_config "$prosody_config"; printf x)
  grep -qF -e "$filter_mark" <<<"$content" ||
    fatal "$prosody_config has no list of modules in component internal.auth.$DOMAIN" "dpkg-reconfigure jitsi-meet-prosody, then: pulumi up"
  write_file "$prosody_config" 0644 root:root "${content%x}"
  restart_if_changed prosody "$prosody_config"
}

# filtered_config FILE: with the filter in the component's section, unchanged where it is there already.
filtered_config() {
  if grep -qF -e "$filter_mark" "$1"; then
    cat "$1"
    return
  fi
  awk -v component="Component \"internal.auth.$DOMAIN\" \"muc\"" -v domain="auth.$DOMAIN" -v mark="$filter_mark" '
    /^[^ \t]/ { inside = 0 }
    inside && sub(/modules_enabled *= *\{/, "&\n        \"muc_filter_access\"; " mark) { inside = 0 }
    { print }
    index($0, component) == 1 { inside = 1; print "    muc_filter_whitelist = { \"" domain "\" }" }
  ' "$1"
}

prosody_answers() {
  timeout 5 bash -c "exec 9<>'/dev/tcp/$WEB_PRIVATE_IP/5222'"
}

# jicofo has only an init script: systemd calls it active when its process is long dead, so its REST is asked.
wait_for_jicofo() {
  if wait_for 20 "jicofo" jicofo_answers; then
    return
  fi
  info "jicofo does not answer, restarting it"
  systemctl restart jicofo
  wait_for 60 "jicofo" jicofo_answers || {
    last_lines /var/log/jitsi/jicofo.log
    fatal "jicofo does not answer on 127.0.0.1:8888" "systemctl status jicofo; then: pulumi up"
  }
}

jicofo_answers() {
  curl -fsS --max-time 5 --noproxy '*' http://127.0.0.1:8888/about/version
}

main "$@"
