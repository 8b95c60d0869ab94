#!/bin/bash
# Verbs about how many connections a host's services take. Inputs: LIMITS_CONF (text of a unit's drop-in), NGINX_LIMITS
# (text of a file of nginx').
: "${LIMITS_CONF:?}" "${NGINX_LIMITS:?}" "${state_dir:?}"

readonly nginx_conf=/etc/nginx/nginx.conf
readonly nginx_limits=/etc/nginx/modules-enabled/99-jitsi-hetzner.conf
# Of one worker. A browser's websocket is two connections, and one worker may get most of them: 8,000 participants.
readonly worker_connections=16384

# raise_limits UNIT...: of those that run, without a restart, which would cut calls. Their next start reads the drop-in.
raise_limits() {
  local unit pid
  for unit in "$@"; do
    pid=$(systemctl show -p MainPID --value "$unit")
    # It may just have ended.
    if [[ $pid == [1-9]* ]] && ! prlimit --pid "$pid" --nofile="$(most_descriptors "$pid"):" 2>/dev/null; then
      info "the number of file descriptors of $unit changes with its next start"
    fi
  done
}

# most_descriptors PID: as many as the drop-in says, or as the process may have.
most_descriptors() {
  local wanted most
  wanted=$(sed -n 's/^LimitNOFILE=//p' <<<"$LIMITS_CONF")
  most=$(awk '/^Max open files/ { print $5 }' "/proc/$1/limits" 2>/dev/null) || true
  if [[ $most == [0-9]* ]] && ((most < wanted)); then
    wanted=$most
  fi
  printf '%s' "$wanted"
}

# In nginx' own file, because it takes only one block `events`; other lines of the file are left as they are. Workers
# get both settings by a reload, which cuts no connection.
raise_nginx_limits() {
  local text now sum
  if [[ ! -f $nginx_conf ]]; then
    return
  fi
  write_file "$nginx_limits" 0644 root:root "$NGINX_LIMITS"
  text=$(<"$nginx_conf")
  now=$(sed -nE 's/^\s*worker_connections\s+([0-9]+)\s*;.*/\1/p' <<<"$text" | head -n 1)
  [[ -n $now ]] || fatal "$nginx_conf has no line \"worker_connections N;\", so nginx takes 512 connections for each worker" \
    "put the line into its block \"events\", then: pulumi up"
  if ((now < worker_connections)); then
    text=$(sed -E "s/^(\s*worker_connections\s+)[0-9]+\s*;/\1$worker_connections;/" <<<"$text")
    write_file "$nginx_conf" 0644 root:root "$text"$'\n'
  fi
  sum=$(cat "$nginx_conf" "$nginx_limits" | sha256sum)
  if [[ -f $state_dir/nginx-limits && $(<"$state_dir/nginx-limits") == "$sum" ]] && ! has_limited_workers; then
    return
  fi
  nginx -t || fatal "nginx refuses its configuration" "see the lines above; nginx goes on with the old one"
  if systemctl is-active --quiet nginx; then
    systemctl reload nginx
  fi
  remember nginx-limits "$sum"
}

# Whether a worker of nginx that runs has fewer descriptors than it may have.
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
