#!/bin/bash
# Function for a host besides Jitsi: the time zone, unattended upgrades, the restart of failed services, and the number of
# connections that services take. Restarts no service. Needs limits.sh. Inputs: TIMEZONE. All others are texts of files.
: "${TIMEZONE:?}" "${APT_CONF:?}" "${NEEDRESTART_CONF:?}" "${RESTART_CONF:?}" "${START_LIMIT_CONF:?}" "${LIMITS_CONF:?}" "${MEMORY_CONF:?}"
: "${WATCH:?}" "${WATCH_SERVICE:?}" "${WATCH_TIMER:?}"

readonly units=/etc/systemd/system

set_up_system() {
  set_timezone
  write_file /etc/apt/apt.conf.d/52jitsi-hetzner 0644 root:root "$APT_CONF"
  write_file /etc/needrestart/conf.d/50-jitsi-hetzner.conf 0644 root:root "$NEEDRESTART_CONF"
  write_units
  raise_limits nginx prosody jicofo
  raise_nginx_limits
}

# Writes the files that timedatectl would write. timedatectl itself needs a D-Bus service, which can be busy or absent.
set_timezone() {
  local zone=/usr/share/zoneinfo/$TIMEZONE
  [[ -f $zone ]] || fatal "$zone is missing, so this system does not know the time zone" "apt-get install tzdata, or: pulumi config set timezone UTC"
  write_file /etc/timezone 0644 root:root "$TIMEZONE"$'\n'
  if [[ $(readlink -f /etc/localtime) != "$(readlink -f "$zone")" ]]; then
    ln -s "$zone" /etc/localtime.new
    mv -f /etc/localtime.new /etc/localtime
    info "the time zone is $TIMEZONE"
  fi
}

# A host gets the files of units that it does not have too. They do no harm, and are in place if the unit is installed later.
write_units() {
  local unit changed=no
  for unit in nginx prosody ssh jitsi-videobridge2; do
    write_unit "$unit.service.d/50-jitsi-hetzner.conf" "$RESTART_CONF"
  done
  write_unit nginx.service.d/55-jitsi-hetzner-start-limit.conf "$START_LIMIT_CONF"
  for unit in nginx prosody jicofo; do
    write_unit "$unit.service.d/60-jitsi-hetzner-limits.conf" "$LIMITS_CONF"
  done
  for unit in jitsi-videobridge2 jicofo; do
    write_unit "$unit.service.d/65-jitsi-hetzner-memory.conf" "$MEMORY_CONF"
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
