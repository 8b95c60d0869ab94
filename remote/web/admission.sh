#!/bin/bash
# Functions that let recorders into meetings with a lobby or a password. By default prosody treats a recorder as any other
# participant there: it waits in the lobby until it gives up, and nothing is recorded. Input: DOMAIN.
: "${DOMAIN:?}" "${prosody_config:?}" "${prosody_files:?}" # prosody.sh

readonly admission_mark='--[[ recorders: set by pulumi ]]'

# admit_recorders yes|no: prosody takes it over without a restart. Both modules read their lists again (config-reloaded).
admit_recorders() {
  local content runs=no
  lock_prosody_config
  content=$(admitting "$1" <"$prosody_config"; printf x)
  if runs_with prosody "${prosody_files[@]}"; then
    runs=yes
  fi
  write_prosody_config "${content%x}"
  if [[ $FILE_CHANGED == no ]]; then
    return
  fi
  if ! timeout 20 prosodyctl shell config reload </dev/null; then
    info "prosody cannot read its lists of recorders again while it runs; its next start reads them"
  elif [[ $runs == yes ]]; then
    # Without this note, web/configure would restart prosody.
    note_running prosody "${prosody_files[@]}"
  fi
}

# admitting yes|no: the text on stdin with or without recorder.DOMAIN in the lists of those who need no admission. A list that
# the packages or an operator have written gets one line more.
admitting() {
  awk -v wanted="$1" -v recorders="recorder.$DOMAIN" -v mark="$admission_mark" \
    -v domain="VirtualHost \"$DOMAIN\"" -v rooms="Component \"conference.$DOMAIN\"" '
    function list_of(section) { return section == "domain" ? "muc_lobby_whitelist" : section == "rooms" ? "muc_password_whitelist" : "" }
    function begins_list(line, list) { return list != "" && line ~ ("^[ \t]*" list "[ \t]*=[ \t]*\\{") }
    function section_of(line) { return index(line, domain) == 1 ? "domain" : index(line, rooms) == 1 ? "rooms" : "" }
    function entry() { print "        \"" recorders "\"; " mark }
    index($0, mark) { next }
    {
      lines[++count] = $0
      if (/^(VirtualHost|Component)[ \t]/) section = section_of($0)
      sections[count] = section
      if (begins_list($0, list_of(section))) has[section] = 1
    }
    END {
      for (i = 1; i <= count; i++) {
        list = list_of(sections[i])
        if (wanted != "yes" || list == "") print lines[i]
        else if (begins_list(lines[i], list)) {
          match(lines[i], /\{/)
          print substr(lines[i], 1, RSTART)
          entry()
          rest = substr(lines[i], RSTART + 1)
          if (rest !~ /^[ \t]*$/) print rest
        } else {
          print lines[i]
          if (section_of(lines[i]) != "" && !has[sections[i]]) print "    " list " = { \"" recorders "\" } " mark
        }
      }
    }'
}
