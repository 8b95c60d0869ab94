#!/bin/bash
# Functions that keep guests out of the control rooms. By default, an anonymous guest can join and even own the room in which
# jicofo looks for bridges, through the public web port. It can also try passwords of the accounts in auth.DOMAIN. The same
# functions add the module that lets a dead bridge leave that room at once.
# Inputs: DOMAIN, LOGIN_MODULE, BRIDGES_MODULE.
: "${DOMAIN:?}" "${LOGIN_MODULE:?}" "${BRIDGES_MODULE:?}" "${prosody_config:?}" "${own_modules:?}" # prosody.sh
: "${login_module:?}" "${bridges_module:?}" "${prosody_files:?}"

readonly guests_mark='--[[ guests stay out: set by pulumi ]]'

keep_guests_out() {
  local content loads=no
  [[ -f /usr/share/jitsi-meet/prosody-plugins/mod_muc_filter_access.lua ]] ||
    fatal "mod_muc_filter_access is missing, so guests could join the room of the bridges" "apt-get install --reinstall jitsi-meet-prosody"
  content=$(closed_config "$prosody_config"; printf x)
  [[ $(grep -cF -e "$guests_mark" <<<"$content") == 6 ]] ||
    fatal "$prosody_config differs from what the packages write: it has no plugin_paths, or no modules_enabled in internal.auth.$DOMAIN or auth.$DOMAIN" \
      "dpkg-reconfigure jitsi-meet-prosody, then: pulumi up"
  if only_bridges_module_is_new "${content%x}"; then
    loads=yes
  fi
  write_file "$login_module" 0644 root:root "$LOGIN_MODULE"
  write_file "$bridges_module" 0644 root:root "$BRIDGES_MODULE"
  write_prosody_config "${content%x}"
  if [[ $loads == yes ]]; then
    load_bridges_module
    note_running prosody "${prosody_files[@]}"
  fi
  restart_if_changed prosody "${prosody_files[@]}"
}

# only_bridges_module_is_new CONTENT: succeeds if prosody runs without this module, as older versions deployed it, and nothing
# else of prosody changes.
only_bridges_module_is_new() {
  [[ ! -e $bridges_module && -f $login_module && $(<"$login_module") == "${LOGIN_MODULE%$'\n'}" ]] &&
    runs_with prosody "$prosody_config" "$login_module" &&
    [[ $(grep -vF '"dead_bridges"' <<<"$1") == "$(<"$prosody_config")" ]]
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
