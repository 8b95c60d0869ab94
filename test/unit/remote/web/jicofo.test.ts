import { scriptFixtures } from "../../../templates/fixtures";
import { bashInScript, type Outcome } from "../bash";

/** The script with a clock that only `sleep` moves, and this verb `jicofo`. */
const inScript = (verb: string, code: string): Outcome =>
  bashInScript(
    "web/jicofo",
    scriptFixtures["web/jicofo"],
    `unset SECONDS; SECONDS=0; sleep() { SECONDS=$((SECONDS + $1)); }
    systemctl() { info "systemctl $*"; }; last_lines() { :; }
    jitsi-hetzner() { [[ $* == jicofo ]] && { ${verb}; }; }
    ${code}`,
  );
const login = "wait_for_login; result done";

describe("web/jicofo", () => {
  it("is done when the verb finds nothing missing", () => {
    const { status, stdout, stderr } = inScript("true", login);
    expect([status, stdout]).toEqual([0, "done\n"]);
    expect(stderr).not.toContain("restart");
  });

  it("restarts jicofo where it is not logged in, and fails with what is missing", () => {
    const loggedOut = "echo jicofo is not logged in to prosody; return 1";
    const { status, stderr } = inScript(loggedOut, login);
    expect(status).toBe(1);
    expect(stderr).toContain("systemctl restart jicofo");
    expect(stderr).toMatch(/web\/jicofo failed on \S+: jicofo is not logged in to prosody\n/);
  });

  it("restarts jicofo where it stays outside of the bridges' room", () => {
    const outside = `echo "jicofo is logged in to prosody, but not in the bridges' room"; return 1`;
    const { stderr } = inScript(outside, login);
    expect(stderr).toContain("systemctl restart jicofo");
    expect(stderr).toMatch(
      /failed on \S+: jicofo is logged in to prosody, but not in the bridges'/,
    );
  });

  it("restarts nothing where prosody is missing", () => {
    const { status, stderr } = inScript("echo prosody does not answer; return 1", login);
    expect(status).toBe(1);
    expect(stderr).not.toContain("systemctl restart");
    expect(stderr).toContain("prosody does not answer");
  });

  it("fails loudly where the program does not fit, which is no word about jicofo", () => {
    const misfit = "echo the program does not fit >&4; return 78";
    const { status, stderr } = inScript(misfit, login);
    expect(status).toBe(1);
    expect(stderr).toContain("the program does not fit");
    expect(stderr).toMatch(/failed on \S+: .*ended with code/);
  });

  it("asks jicofo for its version, which it has before there is a bridge", () => {
    const outcome = inScript(
      "true",
      'curl() { result "${!#}"; }; jicofo_answers 4>&2; result done',
    );
    expect(outcome.stdout).toBe("http://127.0.0.1:8888/about/version\ndone\n");
  });

  describe("and the room of recorders", () => {
    /** What jicofo answers: whether it has the room, and how many meetings run. */
    const jicofo = (detector: string, conferences: string): string =>
      `wait_for_jicofo() { :; }; wait_for_login() { :; }
      curl() { case $* in */debug) echo '{"jibri_detector":${detector}}' ;; */stats) ${conferences} ;; esac; }`;
    const meetings = (count: number): string => `echo '{"conferences":${count}}'`;
    const take = (detector: string, conferences: string): string =>
      inScript("true", `${jicofo(detector, conferences)}; take_recorders_room`).stderr;

    it("restarts nothing where jicofo has it", () => {
      expect(take('{"is_sip":false}', meetings(0))).not.toContain("restart");
    });

    it.each(["null", '"null"'])(
      "restarts jicofo without meetings where it has none: %s",
      (none) => {
        expect(take(none, meetings(0))).toContain("systemctl restart jicofo");
      },
    );

    it.each([
      ["while meetings run", meetings(2)],
      ["where nobody can tell", "return 22"],
    ])("restarts nothing %s, and says how to", (_, conferences) => {
      const text = take("null", conferences);
      expect(text).not.toContain("systemctl restart");
      expect(text).toContain("npm run repair -- web");
    });

    const name = (hocon: string): Outcome =>
      inScript("true", `hocon() { ${hocon} }; name_recorders_room; result done`);

    it("is written once, beside what the package has", () => {
      const { stderr } = name('[[ $3 == get ]] && return 1; info "hocon $*";');
      expect(stderr).toContain(
        'hocon -f /etc/jitsi/jicofo/jicofo.conf set jicofo.jibri.brewery-jid "JibriBrewery@internal.auth.',
      );
      const again = name(
        `[[ $3 == get ]] && echo "\\"$recorders_room\\"" || fatal "written again";`,
      );
      expect([again.status, again.stdout]).toEqual([0, "done\n"]);
    });
  });
});
