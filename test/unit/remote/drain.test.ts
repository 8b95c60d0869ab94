import { bashInScript } from "./bash";

const values = { NAME: "meet-jvb-1", NICKNAME: "jvb-7", REST_ADDRESS: "10.0.0.3" };

/** jicofo's list with one bridge, as its /debug answers. */
const jicofo = (nickname: string, bridge: object) =>
  JSON.stringify({
    bridge_selector: { bridge: { [`jvbbrewery@internal.auth.a.test/${nickname}`]: bridge } },
  });

/** A clock that only `sleep` moves: unset, SECONDS is an ordinary variable. Nothing here waits. */
const clock = "unset SECONDS; SECONDS=0; sleep() { SECONDS=$((SECONDS + $1)); }";
const curl = (body: string) => `curl() { printf '%s' '${body}'; }`;
const noCurl = "curl() { return 7; }";
const inDrain = (...code: string[]) =>
  bashInScript("web/drain", values, [clock, ...code].join("\n"));

describe("jicofo_view", () => {
  it.each([
    ["gone", jicofo("jvb-70", { operational: true })],
    ["gone", '{"bridge_selector":{}}'],
    ["dead", jicofo("jvb-7", { operational: false })],
  ])("finds the bridge %s", (state, body) => {
    expect(inDrain(curl(body), 'result "$(jicofo_view)"').stdout).toBe(`${state}\n`);
  });

  it("does not take a working bridge for dead because its REST API is silent", () => {
    const body = jicofo("jvb-7", { operational: true });
    expect(inDrain(curl(body), 'result "$(jicofo_view)"').stdout).toContain("people may be on it");
  });

  it("cannot tell when jicofo is down", () => {
    expect(inDrain(noCurl, 'result "$(jicofo_view)"').stdout).toContain("nobody can tell");
  });
});

describe("bridge_state", () => {
  const silent = "bridge_get() { return 7; }";

  it("is alive when its REST API answers, whatever jicofo says", () => {
    expect(inDrain("bridge_get() { :; }", noCurl, 'result "$(bridge_state)"').stdout).toBe(
      "alive\n",
    );
  });

  it("believes in an empty list only after 20 s: jicofo may have just started", () => {
    const code = 'result "$(bridge_state; printf " after %s" "$SECONDS")"';
    expect(inDrain(silent, curl("{}"), code).stdout).toMatch(/^gone after 20\n$/);
  });

  it("gives up after 60 s when nobody can tell, with the reason", () => {
    const code = 'result "$(bridge_state; printf " after %s" "$SECONDS")"';
    expect(inDrain(silent, noCurl, code).stdout).toMatch(/jicofo does not answer.* after 60\n$/s);
  });
});

describe("wait_until_empty", () => {
  const people = (...counts: number[]) =>
    `counts=(${counts.join(" ")}); participants() { printf %s "\${counts[SECONDS / 2]:-0}"; }`;

  it("returns when nobody is left", () => {
    const outcome = inDrain(people(3, 2, 0), "wait_until_empty 60; result $SECONDS");
    expect(outcome).toMatchObject({ status: 0, stdout: "4\n" });
    expect(outcome.stderr).toContain("participants left: 3 (0 of 60 s)");
  });

  it("says every 30 s how many are left, and fails when the time is over", () => {
    const outcome = inDrain("participants() { printf 5; }", "wait_until_empty 65");
    expect(outcome.status).toBe(1);
    expect(outcome.stderr.match(/participants left: 5/g)).toHaveLength(3);
    expect(outcome.stderr).toContain("participants on meet-jvb-1 after 65 s: 5; it goes back");
  });

  it("does not take silence for emptiness", () => {
    const view = 'jicofo_view() { printf "jicofo finds it operational"; }';
    const outcome = inDrain("participants() { return 1; }", view, "wait_until_empty 20");
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toContain("after 20 s: unknown");
  });

  it("ends when the bridge dies meanwhile", () => {
    const view = "jicofo_view() { printf dead; }";
    const outcome = inDrain("participants() { return 1; }", view, "wait_until_empty 60");
    expect(outcome).toMatchObject({ status: 0 });
    expect(outcome.stderr).toContain("died while it was drained");
  });
});

describe("drain", () => {
  const policy = (code: string) =>
    `jq() { if [[ $2 == .drainTimeoutSeconds ]]; then ${code}; else command jq "$@"; fi; }`;
  const rest = 'bridge_get() { :; }; set_drain() { info "drain $1"; }';

  it("puts the bridge back into service when it gives up", () => {
    const outcome = inDrain(policy("echo 4"), rest, "participants() { printf 5; }", "drain");
    expect(outcome.status).toBe(1);
    expect(outcome.stderr.indexOf("drain enable")).toBeLessThan(
      outcome.stderr.indexOf("back in service"),
    );
  });

  it("leaves an empty bridge in drain mode", () => {
    const outcome = inDrain(policy("echo 4"), rest, "participants() { printf 0; }", "drain");
    expect(outcome.status).toBe(0);
    expect(outcome.stderr).not.toContain("back in service");
  });

  it("fails loudly when drain mode does not take", () => {
    const code = "bridge_get() { :; }; set_drain() { return 1; }; drain";
    const outcome = inDrain(policy("echo 4"), code);
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toContain("drain mode of meet-jvb-1 cannot be switched on");
  });

  it("fails without a policy", () => {
    const outcome = inDrain(policy("return 1"), rest, "drain");
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toContain("pulumi up writes it");
  });
});
