import { bashInScript } from "./bash";

const values = {
  NAME: "meet-jvb-1",
  NICKNAME: "jvb-7",
  REST_ADDRESS: "10.0.0.3",
  DRAINING: "false",
};

/** jicofo's list with one bridge, as its /debug answers. */
const jicofo = (nickname: string, bridge: object) =>
  JSON.stringify({
    bridge_selector: { bridge: { [`jvbbrewery@internal.auth.a.test/${nickname}`]: bridge } },
  });

/** A clock that only `sleep` moves: unset, SECONDS is an ordinary variable. Nothing here waits. */
const clock = "unset SECONDS; SECONDS=0; sleep() { SECONDS=$((SECONDS + $1)); }";
const curl = (body: string) => `curl() { printf '%s' '${body}'; }`;
const noCurl = "curl() { return 7; }";
/** The bridge at the address is the one that is meant. */
const own = "is_own_bridge() { :; }";
const loggedIn = "jicofo_problem() { :; }";
const inDrain = (...code: string[]) =>
  bashInScript("web/drain", values, [clock, own, loggedIn, ...code].join("\n"));

describe("jicofo_view", () => {
  it.each([
    ["gone", jicofo("jvb-70", { operational: true })],
    ["gone", '{"bridge_selector":{}}'],
    ["dead", jicofo("jvb-7", { operational: false })],
    ["operational", jicofo("jvb-7", { operational: true })],
  ])("finds the bridge %s", (state, body) => {
    expect(inDrain(curl(body), 'result "$(jicofo_view)"').stdout).toBe(`${state}\n`);
  });

  it("does not believe in an empty list of a jicofo that is not logged in", () => {
    const loggedOut = "jicofo_problem() { printf 'jicofo is not logged in'; }";
    const outcome = inDrain(loggedOut, curl("{}"), 'result "$(jicofo_view)"');
    expect(outcome.stdout).toMatch(/^jicofo is not logged in, and nobody can tell/);
  });

  it("cannot tell when jicofo is down", () => {
    expect(inDrain(noCurl, 'result "$(jicofo_view)"').stdout).toContain("nobody can tell");
  });
});

describe("bridge_state", () => {
  const silent = "bridge_get() { return 7; }";
  const view = 'result "$(bridge_state; printf " after %s" "$SECONDS")"';

  it("is alive when its REST API answers, whatever jicofo says", () => {
    expect(inDrain("bridge_get() { :; }", noCurl, 'result "$(bridge_state)"').stdout).toBe(
      "alive\n",
    );
  });

  it("believes in an empty list only after 20 s: jicofo may have just started", () => {
    expect(inDrain(silent, curl("{}"), view).stdout).toMatch(/^gone after 20\n$/);
  });

  it("believes in a dead bridge only after 20 s: an overloaded one fails a health check, too", () => {
    const outcome = inDrain(silent, curl(jicofo("jvb-7", { operational: false })), view);
    expect(outcome.stdout).toMatch(/^dead after 20\n$/);
  });

  it("gives up after 90 s when nobody can tell, with the reason", () => {
    expect(inDrain(silent, noCurl, view).stdout).toMatch(/jicofo does not answer.* after 90\n$/s);
  });

  it("does not take a working bridge for dead because its REST API is silent", () => {
    const body = jicofo("jvb-7", { operational: true });
    expect(inDrain(silent, curl(body), view).stdout).toMatch(/people may be on it.* after 90\n$/s);
  });
});

describe("wait_until_empty", () => {
  const people = (...counts: number[]) =>
    `counts=(${counts.join(" ")}); participants() { printf %s "\${counts[SECONDS / 2]:-0}"; }`;
  const limit = (seconds: number, force = false) =>
    `read_policy() { drain_timeout=${seconds.toString()} force_drain=${force.toString()}; }`;
  const silence = "participants() { printf timeout; return 1; }";
  const nobodyMoves = "move_people() { return 1; }";
  const wait = 'code=0; wait_until_empty || code=$?; result "$code $left $SECONDS"';

  it("ends when the last one has left", () => {
    const outcome = inDrain(people(3, 2, 0), nobodyMoves, limit(60), wait);
    expect(outcome.stdout).toBe("0 0 4\n");
    expect(outcome.stderr).toContain("participants left: 3 (0 of 60 s)");
  });

  it("says every 30 s how many are left, and that they are when the time is over", () => {
    const outcome = inDrain("participants() { printf 5; }", nobodyMoves, limit(65), wait);
    expect(outcome.stdout).toBe("1 5 66\n");
    expect(outcome.stderr.match(/participants left: 5/g)).toHaveLength(3);
  });

  it("has people moved at once, and again, but ever less often", () => {
    const moves = 'move_people() { info "moved at $SECONDS"; return 1; }';
    const outcome = inDrain("participants() { printf 5; }", moves, limit(300), wait);
    const times = [...outcome.stderr.matchAll(/moved at (\d+)/g)].map(([, time]) => Number(time));
    expect(times).toEqual([0, 16, 46, 106, 226]);
  });

  it("does not take silence for emptiness, nor wait for an answer that never comes", () => {
    const view = "jicofo_view() { printf operational; }";
    const outcome = inDrain(silence, view, limit(3000), wait);
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toContain("does not say how many people are on it: timeout");
  });

  it("waits for a silent bridge to the end where it may go by force", () => {
    const view = "jicofo_view() { printf operational; }";
    const outcome = inDrain(silence, view, limit(100, true), wait);
    expect(outcome.stdout).toBe("1 unknown 100\n");
  });

  it("counts by jicofo when the bridge dies meanwhile", () => {
    const view = "jicofo_view() { printf dead; }";
    const jicofoHas = (count: number) => `jicofo_participants() { printf ${count}; }`;
    const empty = inDrain(silence, view, jicofoHas(0), nobodyMoves, limit(60), wait);
    expect(empty.stdout).toBe("0 0 20\n");
    const busy = inDrain(silence, view, jicofoHas(12), nobodyMoves, limit(60), wait);
    expect(busy.stdout).toBe("1 12 60\n");
  });
});
