#!/bin/bash
# Functions for jicofo on the web host: whether it works, and what is missing if it does not.
# shellcheck disable=SC2034 # read by the scripts
readonly jicofo_url=http://127.0.0.1:8888
# jicofo takes 4 s to start, and 15 s on a busy host. The limit leaves room for a busier host.
readonly jicofo_seconds=90
readonly jicofo_repair="npm run repair -- web; then: pulumi up"

# jicofo_get PATH
jicofo_get() {
  curl -fsS --max-time 5 --noproxy '*' "$jicofo_url$1"
}

# Asks for the version, because the health check fails while there is no bridge, for example before the first one has joined.
jicofo_answers() {
  jicofo_get /about/version >/dev/null
}

# expect_jicofo CONSEQUENCE: runs before anything that needs jicofo to move participants. Waits, because jicofo can be
# starting. If it does not work, fails with the consequence.
expect_jicofo() {
  wait_for "$jicofo_seconds" jicofo jicofo_works ||
    fatal "$(jicofo_problem); it cannot move participants, so $1" "$jicofo_repair"
}

# jicofo_problem: what keeps jicofo from working. Prints nothing if it works. The REST API of jicofo also answers if jicofo is
# not logged in to prosody. Its list of bridges is empty then, as if there were none. So an empty list is checked with prosody.
jicofo_problem() {
  local answer
  if ! timeout 5 bash -c "exec 9<>'/dev/tcp/127.0.0.1/5222'" 2>/dev/null; then
    printf 'prosody does not answer on port 5222 of the web host, so neither jicofo nor a bridge can log in'
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

# focus_session: what prosody reports about the connection of jicofo. A broken connection remains for some seconds as
# hibernating. jicofo itself does not report this, neither in its REST API nor in its metrics.
focus_session() {
  # One line, as a person would type it.
  timeout 20 prosodyctl shell '> for jid, user in pairs(prosody.bare_sessions) do '\
'if jid:find("^focus@auth%.") then for _, session in pairs(user.sessions) do '\
'if not session.hibernating then return "logged in" end end end end return "logged out"' 2>&1 </dev/null |
    grep -E 'Result|rror'
}

jicofo_works() {
  [[ -z $(jicofo_problem) ]]
}

# jicofo_bridges: [{jid, nickname, takesPeople, usable, operational, draining, ending, participants, state}]. `state` is "ready"
# or what keeps the bridge from taking participants. `participants` is the number that jicofo has placed there.
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

# jicofo_participants: how many participants jicofo has on this bridge. 0 if it does not list the bridge. Fails if jicofo does
# not answer.
jicofo_participants() {
  jicofo_bridges | jq -e --arg nickname "$NICKNAME" '
    map(select(.nickname == $nickname)) | if length == 0 then 0 else .[0].participants end'
}

# jicofo_view: one word (gone, dead or operational), or the reason why the state is unknown.
jicofo_view() {
  local bridges problem
  bridges=$(jicofo_bridges 2>/dev/null) || {
    printf 'jicofo does not answer, so it is unknown whether %s has participants (npm run repair -- web)' "$NAME"
    return
  }
  # If jicofo is not logged in, it lists no bridge.
  if [[ $bridges == "[]" ]]; then
    problem=$(jicofo_problem)
    if [[ -n $problem ]]; then
      printf '%s, so it is unknown whether %s has participants (npm run repair -- web)' "$problem" "$NAME"
      return
    fi
  fi
  jq -r --arg nickname "$NICKNAME" '
    map(select(.nickname == $nickname))
    | if length == 0 then "gone" elif .[0].operational then "operational" else "dead" end' <<<"$bridges"
}
