#!/bin/bash
# Verbs of the web host about jicofo: whether it works, and what is missing where it does not.
# shellcheck disable=SC2034 # read by the scripts
readonly jicofo_url=http://127.0.0.1:8888
# jicofo takes 4 s to start, 15 s on a busy host; this leaves room for a host that is busier.
readonly jicofo_seconds=90
readonly jicofo_repair="npm run repair -- web; then: pulumi up"

# jicofo_get PATH
jicofo_get() {
  curl -fsS --max-time 5 --noproxy '*' "$jicofo_url$1"
}

# Its health check fails while there is no bridge, as before the first one has joined; its version does not.
jicofo_answers() {
  jicofo_get /about/version >/dev/null
}

# expect_jicofo WHAT: before anything is done that needs it to move participants. Waits, as it may just be starting.
expect_jicofo() {
  wait_for "$jicofo_seconds" jicofo jicofo_works ||
    fatal "$(jicofo_problem); it cannot move participants, so $1" "$jicofo_repair"
}

# jicofo_problem: what keeps jicofo from its work; nothing where it works. Its REST API answers without a login too, and
# its list of bridges is empty then, as if all of them were gone: only where it is empty, prosody has to be asked.
jicofo_problem() {
  local answer
  if ! timeout 5 bash -c "exec 9<>'/dev/tcp/127.0.0.1/5222'" 2>/dev/null; then
    printf 'prosody does not answer on port 5222 of the web host, and neither jicofo nor any bridge can log in'
  elif ! answer=$(jicofo_answers 2>&1); then
    printf 'jicofo does not answer on %s (%s)' "$jicofo_url" "$answer"
  elif lists_bridges; then
    return
  elif ! answer=$(focus_session); then
    printf 'prosody cannot be asked whether jicofo is logged in (%s)' "${answer:-prosodyctl shell does not answer}"
  elif [[ $answer != *"logged in"* ]]; then
    printf 'jicofo is not logged in to prosody, so it knows no bridge'
  fi
}

lists_bridges() {
  jicofo_get /debug 2>/dev/null | jq -e '.bridge_selector.bridge // {} | length > 0' >/dev/null
}

# focus_session: what prosody says of jicofo's connection. One that is broken lingers for some seconds, hibernating.
# jicofo itself does not tell: neither its REST API nor its metrics have a figure for it.
focus_session() {
  # In one line, as a person would type it.
  timeout 20 prosodyctl shell '> for jid, user in pairs(prosody.bare_sessions) do '\
'if jid:find("^focus@auth%.") then for _, session in pairs(user.sessions) do '\
'if not session.hibernating then return "logged in" end end end end return "logged out"' 2>&1 </dev/null |
    grep -E 'Result|rror'
}

jicofo_works() {
  [[ -z $(jicofo_problem) ]]
}

# jicofo_bridges: [{jid, nickname, takesPeople, usable, operational, draining, ending, participants, state}] with state "ready"
# or what keeps the bridge from taking people; participants is jicofo's own count of those it has placed there.
jicofo_bridges() {
  jicofo_get /debug | jq -e '
    [.bridge_selector.bridge // {} | to_entries[] | .key as $jid | .value
     | (.["graceful-shutdown"] or .["shutting-down"]) as $ending
     | [if .operational | not then "not operational" else empty end,
        if .healthy == false then "not healthy" else empty end,
        if .drain then "draining" else empty end,
        if $ending then "shutting down" else empty end] as $problems
     | { jid: $jid,
         nickname: ($jid | split("/")[1:] | join("/")),
         operational: .operational,
         draining: .drain,
         ending: $ending,
         participants: .endpoints,
         takesPeople: ($problems == []),
         usable: (.operational and .healthy != false),
         state: (if $problems == [] then "ready" else $problems | join(", ") end) }]'
}

# jicofo_participants: how many participants jicofo has on this bridge, 0 where it does not list the bridge; fails where
# nobody can tell.
jicofo_participants() {
  jicofo_bridges | jq -e --arg nickname "$NICKNAME" '
    map(select(.nickname == $nickname)) | if length == 0 then 0 else .[0].participants end'
}

# jicofo_view: one word, gone, dead or operational; else the reason why nobody can tell.
jicofo_view() {
  local bridges problem
  bridges=$(jicofo_bridges 2>/dev/null) || {
    printf 'jicofo does not answer, so nobody can tell whether people are on %s (npm run repair -- web)' "$NAME"
    return
  }
  # Without a login jicofo lists no bridge at all.
  if [[ $bridges == "[]" ]]; then
    problem=$(jicofo_problem)
    if [[ -n $problem ]]; then
      printf '%s, and nobody can tell whether people are on %s (npm run repair -- web)' "$problem" "$NAME"
      return
    fi
  fi
  jq -r --arg nickname "$NICKNAME" '
    map(select(.nickname == $nickname))
    | if length == 0 then "gone" elif .[0].operational then "operational" else "dead" end' <<<"$bridges"
}
