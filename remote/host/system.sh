#!/bin/bash
# What every host is set up with beside Jitsi: its time zone, what apt may do by itself, that services come back and
# how many connections they take. Nothing of it restarts a service. Inputs: TIMEZONE; all others are texts of files.
set -euo pipefail
: "${TIMEZONE:?}" "${APT_CONF:?}" "${NEEDRESTART_CONF:?}" "${RESTART_CONF:?}" "${START_LIMIT_CONF:?}" "${LIMITS_CONF:?}"
: "${WATCH:?}" "${WATCH_SERVICE:?}" "${WATCH_TIMER:?}"

readonly units=/etc/systemd/system

main() {
  set_timezone
  write_file /etc/apt/apt.conf.d/52jitsi-hetzner 0644 root:root "$APT_CONF"
  write_file /etc/needrestart/conf.d/50-jitsi-hetzner.conf 0644 root:root "$NEEDRESTART_CONF"
  write_units
  raise_limits nginx prosody jicofo
  raise_nginx_limits
}

# By the files, as timedatectl does it: it needs a D-Bus service, which may be busy or absent.
set_timezone() {
  local zone=/usr/share/zoneinfo/$TIMEZONE
  [[ -f $zone ]] || fatal "$zone is missing: this system does not know the time zone" "apt-get install tzdata, or: pulumi config set timezone UTC"
  write_file /etc/timezone 0644 root:root "$TIMEZONE"$'\n'
  if [[ $(readlink -f /etc/localtime) != "$(readlink -f "$zone")" ]]; then
    ln -s "$zone" /etc/localtime.new
    mv -f /etc/localtime.new /etc/localtime
    info "the time zone is $TIMEZONE"
  fi
}

# A unit that a host does not have gets its file too: it does no harm, and is there when the unit comes.
write_units() {
  local unit changed=no
  for unit in nginx prosody ssh jitsi-videobridge2; do
    write_unit "$unit.service.d/50-jitsi-hetzner.conf" "$RESTART_CONF"
  done
  write_unit nginx.service.d/55-jitsi-hetzner-start-limit.conf "$START_LIMIT_CONF"
  for unit in nginx prosody jicofo; do
    write_unit "$unit.service.d/60-jitsi-hetzner-limits.conf" "$LIMITS_CONF"
  done
  write_file /usr/local/sbin/jitsi-hetzner-watch 0755 root:root "$WATCH"
  write_unit jitsi-hetzner-watch.service "$WATCH_SERVICE"
  write_unit jitsi-hetzner-watch.timer "$WATCH_TIMER"
  if [[ $changed == yes || $(systemctl show -p NeedDaemonReload --value jitsi-hetzner-watch.timer) == yes ]]; then
    systemctl daemon-reload
  fi
  systemctl enable --quiet --now jitsi-hetzner-watch.timer
}

write_unit() {
  write_file "$units/$1" 0644 root:root "$2"
  if [[ $FILE_CHANGED == yes ]]; then
    changed=yes
  fi
}

main "$@"
