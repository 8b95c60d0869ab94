import { scriptFixtures } from "../../../templates/fixtures";
import { FakeHost } from "../fakeHost";

const values = {
  ...scriptFixtures["web/recorderAccount"],
  DOMAIN: "meet.example.org",
  PLACE: "recorder",
  USERNAME: "recorder",
};
const config = "/etc/prosody/conf.avail/meet.example.org.cfg.lua";
const state = "/var/lib/jitsi-hetzner";

describe("web/recorderAccount", () => {
  let host: FakeHost;
  beforeEach(() => {
    host = new FakeHost();
    host.has(config, 'VirtualHost "recorder.meet.example.org"\n');
  });
  afterEach(() => {
    host.end();
  });

  /** @param used whether a session of the account is open */
  const run = (argument: string, used = false) =>
    host.run(
      "web/recorderAccount",
      values,
      `prosodyctl() {
         case $1 in
           shell) cat >/dev/null; ${used ? "echo '| inuse'" : "echo '| nil'"} ;;
           *) cat >/dev/null; info "prosodyctl $*" ;;
         esac
       }
       timeout() { shift; "$@"; }
       unset SECONDS; SECONDS=0; sleep() { SECONDS=$((SECONDS + $1)); }
       systemctl() { :; }
       main ${argument}`,
      ["/etc", state],
    );

  it("sets the password in the host of the recorders, by stdin and not by an argument", () => {
    const { status, stderr } = run("set");
    expect(status).toBe(0);
    expect(stderr).toContain("prosodyctl passwd recorder@recorder.meet.example.org");
    expect(stderr).not.toContain(values.SECRET);
  });

  it("fails where prosody has no such host, because nobody could log in", () => {
    host.has(config, 'VirtualHost "meet.example.org"\n');
    const { status, stderr } = run("set");
    expect(status).toBe(1);
    expect(stderr).toContain('has no VirtualHost "recorder.meet.example.org"');
  });

  it("is removed when no recorder is logged in with it", () => {
    host.has(`${state}/recorders/jibri-1`, "jibri-0 10.80.1.9 serving\n");
    expect(run("remove").stderr).toContain("prosodyctl deluser recorder@recorder.meet.example.org");
  });

  it("stays while a recorder uses it, because its removal would end a recording", () => {
    host.has(`${state}/recorders/jibri-1`, "jibri-0 10.80.1.9 serving\n");
    const { status, stderr } = run("remove", true);
    expect(status).toBe(1);
    expect(stderr).not.toContain("deluser");
    expect(stderr).toContain("once the recording has ended: pulumi up");
  });

  it("goes where all recorders have left, whatever sessions prosody still keeps", () => {
    host.has(`${state}/recorders/jibri-1`, "jibri-0 10.80.1.9 left\n");
    expect(run("remove", true).stderr).toContain("deluser");
  });
});
