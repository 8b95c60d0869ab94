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

  /**
   * @param used whether a session of the account is open
   * @param password what prosody says of the step's password
   */
  const run = (argument: string, used = false, password = "| own", place = "recorder") =>
    host.run(
      "web/recorderAccount",
      { ...values, PLACE: place },
      `prosodyctl() {
         case $1 in
           shell)
             if [[ $(cat) == *test_password* ]]; then
               ${password === "" ? "return 1" : `echo '${password}'`}
             else
               ${used ? "echo '| inuse'" : "echo '| nil'"}
             fi ;;
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

  it("stays, even unused, if a later version of the same name has set its password", () => {
    const { status, stderr } = run("remove", false, "| another");
    expect([status, stderr]).toEqual([0, expect.stringContaining("another version, so it stays")]);
    expect(stderr).not.toContain("deluser");
  });

  it("goes if prosody does not say whose password it has, or if no other version has its name", () => {
    expect(run("remove", false, "").stderr).toContain("deluser recorder@recorder.");
    host.has(config, 'VirtualHost "auth.meet.example.org"\n');
    expect(run("remove", false, "| another", "auth").stderr).toContain("deluser recorder@auth.");
  });

  /** How the removal ends where `prosodyctl deluser` fails with these words. */
  const removal = (words: string) =>
    host.run(
      "web/recorderAccount",
      values,
      `prosodyctl() { cat >/dev/null; [[ $1 == shell ]] || { echo '${words}'; return 1; }; }
       timeout() { shift; "$@"; }
       main remove`,
      ["/etc", state],
    );

  it.each([
    ["0.12", "That user does not exist on this server"],
    ["13", "Error: No such user"],
    ["13 without the host", "Error: No such host: recorder.meet.example.org"],
  ])("counts as removed if prosody %s does not have it", (_, words) => {
    expect(removal(words)).toMatchObject({ status: 0 });
  });

  it("is not removed if prosody cannot be asked", () => {
    const { status, stderr } = removal("** Unable to connect to server - is it running?");
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining("cannot remove recorder@recorder."),
    ]);
  });

  it("goes where all recorders have left, whatever sessions prosody still keeps", () => {
    host.has(`${state}/recorders/jibri-1`, "jibri-0 10.80.1.9 left\n");
    expect(run("remove", true).stderr).toContain("deluser");
  });
});
