#!/bin/bash
# Functions for the number of connections that services take. Inputs: LIMITS_CONF (the text of a drop-in for units),
# NGINX_LIMITS (the text of a file for nginx).
: "${LIMITS_CONF:?}" "${NGINX_LIMITS:?}" "${state_dir:?}"

readonly nginx_conf=/etc/nginx/nginx.conf
readonly nginx_limits=/etc/nginx/modules-enabled/99-jitsi-hetzner.conf
# Of one worker. The websocket of a browser takes two connections, and one worker can get most of them: 8,000 participants.
readonly worker_connections=16384

# raise_limits UNIT...: raises the limits of running units without a restart, because a restart would cut calls. Their next
# start reads the drop-in.
raise_limits() {
  local unit pid
  for unit in "$@"; do
    pid=$(systemctl show -p MainPID --value "$unit")
    # The process can have ended meanwhile.
    if [[ $pid == [1-9]* ]] && ! prlimit --pid "$pid" --nofile="$(most_descriptors "$pid"):" 2>/dev/null; then
      info "the number of file descriptors of $unit changes at its next start"
    fi
  done
}

# most_descriptors PID: the number in the drop-in, or the hard limit of the process if that is lower.
most_descriptors() {
  local wanted most
  wanted=$(sed -n 's/^LimitNOFILE=//p' <<<"$LIMITS_CONF")
  most=$(awk '/^Max open files/ { print $5 }' "/proc/$1/limits" 2>/dev/null) || true
  if [[ $most == [0-9]* ]] && ((most < wanted)); then
    wanted=$most
  fi
  printf '%s' "$wanted"
}

# Changes nginx.conf itself, because nginx allows only one block `events`. All other lines stay. Workers get both settings
# by a reload, which cuts no connection.
raise_nginx_limits() {
  local text now sum
  if [[ ! -f $nginx_conf ]]; then
    return
  fi
  write_file "$nginx_limits" 0644 root:root "$NGINX_LIMITS"
  text=$(<"$nginx_conf")
  now=$(sed -nE 's/^\s*worker_connections\s+([0-9]+)\s*;.*/\1/p' <<<"$text" | head -n 1)
  [[ -n $now ]] || fatal "$nginx_conf has no line \"worker_connections N;\", so each worker of nginx takes 512 connections only" \
    "add the line to the block \"events\", then: pulumi up"
  if ((now < worker_connections)); then
    text=$(sed -E "s/^(\s*worker_connections\s+)[0-9]+\s*;/\1$worker_connections;/" <<<"$text")
    write_file "$nginx_conf" 0644 root:root "$text"$'\n'
  fi
  sum=$(cat "$nginx_conf" "$nginx_limits" | sha256sum)
  if [[ -f $state_dir/nginx-limits && $(<"$state_dir/nginx-limits") == "$sum" ]] && ! has_limited_workers; then
    return
  fi
  nginx -t || fatal "nginx refuses its configuration and continues with the old one" "repair what the lines above show, then: pulumi up"
  if systemctl is-active --quiet nginx; then
    systemctl reload nginx
  fi
  remember nginx-limits "$sum"
}

# Succeeds if a running worker of nginx has fewer descriptors than it may have.
has_limited_workers() {
  local pid main now
  main=$(systemctl show -p MainPID --value nginx)
  [[ $main == [1-9]* ]] || return 1
  for pid in $(pgrep -P "$main" || true); do
    now=$(awk '/^Max open files/ { print $4 }' "/proc/$pid/limits" 2>/dev/null) || continue
    if [[ -n $now ]] && ((now < $(most_descriptors "$pid"))); then
      return
    fi
  done
  return 1
}
