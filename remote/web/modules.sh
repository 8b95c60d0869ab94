#!/bin/bash
# Functions that ask prosody for its modules. prosody also starts without a module that it cannot load. The feature of the
# module is missing then: participants cannot join a host, or a room has no moderation. Input: DOMAIN.
: "${DOMAIN:?}" "${prosody_config:?}" # prosody.sh

# Uses the rules of prosody itself: the modules in the configuration of each host, without those that are loaded for the host
# or for all hosts. The Lua modules of prosody 13 have a prefix in their names.
readonly ask_modules='local ok, mm = pcall(require, "prosody.core.modulemanager")
  if not ok then mm = require "core.modulemanager" end
  local missing = {}
  for host in pairs(prosody.hosts) do
    local wanted, component = mm.get_modules_for_host(host)
    if component then wanted:add(component) end
    for name in wanted do
      if not (mm.is_loaded(host, name) or mm.is_loaded("*", name)) then missing[#missing + 1] = name .. "@" .. host end
    end
  end
  table.sort(missing)
  return "modules missing: " .. table.concat(missing, " ") .. " end"'

# missing_modules: NAME@HOST of each module that is configured but not loaded, in one line. Fails if prosody does not answer.
missing_modules() {
  local answer
  answer=$(timeout 10 prosodyctl shell "> ${ask_modules//$'\n'/ }" 2>&1 </dev/null) || return 1
  sed -nE 's/.*modules missing: (.*) ?end.*/\1/p' <<<"$answer" | sed 's/ *$//' | grep '' || return 1
}

expect_modules() {
  local missing one names=() list
  wait_for 30 "prosody's shell" missing_modules ||
    fatal "prosody does not answer \`prosodyctl shell\`, so its modules cannot be checked" \
      "put \"admin_shell\" into modules_enabled of /etc/prosody/prosody.cfg.lua; journalctl -u prosody -n 50; then: pulumi up"
  missing=$(missing_modules)
  if [[ -z $missing ]]; then
    return
  fi
  for one in $missing; do
    names+=("${one%%@*}")
    info "prosody could not load mod_${one%%@*} on ${one#*@}"
    grep -F "'${one%%@*}'" /var/log/prosody/prosody.err 2>/dev/null | tail -n 1 || true
  done
  list=$(printf '%s\n' "${names[@]}" | sort -u | paste -sd '|')
  fatal "prosody runs without modules that are in its configuration: ${missing//@/ on }" \
    "remove modules that newer releases of Jitsi no longer have, at a quiet time, because meetings end: on $HOSTNAME: \
sed -Ei '/^ *\"($list)\";/d' $prosody_config && systemctl restart prosody; for any other module, prosody.err has the reason; then: pulumi up"
}
