#!/bin/bash
# Functions that keep guests out of the control rooms. By default, an anonymous guest can join and even own the room in which
# jicofo looks for bridges, through the public web port. It can also try passwords of the accounts in auth.DOMAIN. The same
# functions add the module that lets a dead bridge leave that room at once.
# Inputs: DOMAIN, LOGIN_MODULE, BRIDGES_MODULE.
: "${DOMAIN:?}" "${LOGIN_MODULE:?}" "${BRIDGES_MODULE:?}" "${prosody_config:?}" "${own_modules:?}" # prosody.sh
: "${login_module:?}" "${bridges_module:?}" "${prosody_files:?}" "${turn_mark:?}" # turnServers.sh

readonly guests_mark='--[[ guests stay out: set by pulumi ]]'

keep_guests_out() {
  local content loads=no loads_module=no loads_servers=no
  [[ -f /usr/share/jitsi-meet/prosody-plugins/mod_muc_filter_access.lua ]] ||
    fatal "mod_muc_filter_access is missing, so guests could join the room of the bridges" "apt-get install --reinstall jitsi-meet-prosody"
  lock_prosody_config
  content=$(closed_config "$prosody_config" | own_turn_servers; printf x)
  content=${content%x}
  [[ $(grep -cF -e "$guests_mark" <<<"$content") == 6 ]] ||
    fatal "$prosody_config differs from what the packages write: it has no plugin_paths, or no modules_enabled in internal.auth.$DOMAIN or auth.$DOMAIN" \
      "dpkg-reconfigure jitsi-meet-prosody, then: pulumi up"
  if changes_while_running "$content"; then
    loads=yes
    [[ -e $bridges_module ]] || loads_module=yes
    grep -qF -e "$turn_mark" "$prosody_config" || loads_servers=yes
  fi
  write_file "$login_module" 0644 root:root "$LOGIN_MODULE"
  write_file "$bridges_module" 0644 root:root "$BRIDGES_MODULE"
  make_turn_servers_folder
  write_prosody_config "$content"
  if [[ $loads_module == yes ]]; then
    load_bridges_module
  fi
  if [[ $loads_servers == yes ]]; then
    reload_turn_servers
  fi
  if [[ $loads == yes ]]; then
    note_running prosody "${prosody_files[@]}"
  fi
  restart_if_changed prosody "${prosody_files[@]}"
}

# changes_while_running CONTENT: succeeds if a running prosody can take over the new content, because nothing else changes than
# what older versions of this program did not have: the module for dead bridges, and the folder of TURN servers.
changes_while_running() {
  local files=("$prosody_config" "$login_module")
  [[ -f $login_module && $(<"$login_module") == "${LOGIN_MODULE%$'\n'}" ]] || return 1
  if [[ -e $bridges_module ]]; then
    [[ $(<"$bridges_module") == "${BRIDGES_MODULE%$'\n'}" ]] || return 1
    files+=("$bridges_module")
  fi
  runs_with prosody "${files[@]}" &&
    [[ $1 != "$(<"$prosody_config")"$'\n' && $(lasting_parts <<<"$1") == "$(lasting_parts <"$prosody_config")" ]]
}

# The text on stdin as if this program had always had its present parts.
lasting_parts() {
  grep -vF '"dead_bridges"' | own_turn_servers
}

# Loads the module into the running prosody, because a restart would end every meeting.
load_bridges_module() {
  local host
  for host in "auth.$DOMAIN" "internal.auth.$DOMAIN"; do
    timeout 20 prosodyctl shell module load dead_bridges "$host" ||
      info "prosody cannot load dead_bridges for $host while it runs; its next start loads it"
  done
}

# closed_config FILE: the text of the file with six more lines, each with a mark. Removes the marked lines of an earlier run first.
closed_config() {
  awk -v room="Component \"internal.auth.$DOMAIN\" \"muc\"" -v logins="VirtualHost \"auth.$DOMAIN\"" \
    -v domain="auth.$DOMAIN" -v modules="$own_modules" -v mark="$guests_mark" '
    function ours(text) { print text " " mark }
    # Adds these entries to the list that begins in this line, each in its own line.
    function enter(list, entries,    count, names, i) {
      if (!match($0, list " *= *\\{")) return 0
      print substr($0, 1, RSTART + RLENGTH - 1)
      count = split(entries, names, " ")
      for (i = 1; i <= count; i++) ours("        \"" names[i] "\";")
      rest = substr($0, RSTART + RLENGTH)
      if (rest !~ /^[ \t]*$/) print rest
      return 1
    }
    index($0, mark) { next }
    /^[^ \t]/ { section = ""; if (enter("^plugin_paths", modules)) next }
    section == "room" && enter("modules_enabled", "muc_filter_access dead_bridges") { section = ""; next }
    section == "logins" && enter("modules_enabled", "no_http_login dead_bridges") { section = ""; next }
    { print }
    index($0, logins) == 1 { section = "logins" }
    index($0, room) == 1 { section = "room"; ours("    muc_filter_whitelist = { \"" domain "\" }") }
  ' "$1"
}

# Asks prosody itself, as nginx does for browsers, because a module that is configured but not loaded protects nothing.
expect_guests_out() {
  wait_for 30 "prosody on port 5280" offers_login "$DOMAIN" ||
    fatal "prosody offers browsers no login to $DOMAIN" "journalctl -u prosody -n 50; then: pulumi up"
  if offers_login "auth.$DOMAIN"; then
    fatal "prosody offers browsers a login to auth.$DOMAIN, so anyone can try passwords there" "journalctl -u prosody -n 50; ls -l $login_module; then: pulumi up"
  fi
}

# offers_login HOST: succeeds if prosody offers a login at the start of a BOSH stream to this host.
offers_login() {
  local answer
  answer=$(curl -fsS --max-time 10 --noproxy '*' -H "Host: $DOMAIN" -H 'Content-Type: text/xml' http://127.0.0.1:5280/http-bind \
    -d "<body xmlns='http://jabber.org/protocol/httpbind' xmlns:xmpp='urn:xmpp:xbosh' to='$1' rid='1' wait='1' hold='1' ver='1.6' xmpp:version='1.0'/>") ||
    return 1
  [[ $answer == *'<mechanism>'* ]]
}
