import { scriptFixtures } from "../../../templates/fixtures";
import type { Outcome } from "../bash";
import { FakeHost, recorded } from "../fakeHost";

let host: FakeHost;
beforeEach(() => {
  host = new FakeHost();
});
afterEach(() => {
  host.end();
});

/** The parts of other files, and programs, each as a line. */
const world = `${recorded({
  record_before: "",
  try_filter: "",
  systemctl: "",
  useradd: "",
  timeout: "",
})}
id() { return 1; }
`;

const setUp = (code = ""): Outcome =>
  host.run("node/setup", scriptFixtures["node/setup"], `${world}\n${code}\nmain`, [
    "/etc/",
    "/usr/",
    "/var/",
  ]);

const programsOf = ({ stdout }: Outcome): string[] =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.split(" ")[0] ?? "");

describe("node/setup", () => {
  it("records the machine before it changes anything, and loads the packet filter at the end", () => {
    const outcome = setUp();
    expect(outcome.status).toBe(0);
    const programs = programsOf(outcome);
    expect([programs[0], programs.at(-1)]).toEqual(["record_before", "try_filter"]);
  });

  it("has its bridge end where its heap is full, as on the cluster's own hosts", () => {
    setUp();
    const folder = "etc/systemd/system/jitsi-videobridge2.service.d";
    expect(host.text(`${folder}/65-jitsi-hetzner-memory.conf`)).toContain(
      "+ExitOnOutOfMemoryError",
    );
  });

  it("gives the web host a user who can open the private ports and nothing else", () => {
    const { stdout } = setUp();
    expect(stdout).toMatch(
      /useradd --system .*--shell \/.*nologin --password \* jitsi-hetzner-forward/,
    );
    expect(host.text("var/lib/jitsi-hetzner-forward/.ssh/authorized_keys")).toBe(
      'restrict,port-forwarding,permitopen="127.0.0.1:8080",permitopen="127.0.0.1:8081" ssh-ed25519 AAAA\n',
    );
  });

  it("sets lists of the same repository aside before apt reads them, because apt refuses two keys for one", () => {
    const lists = "etc/apt/sources.list.d";
    host.has("var/lib/jitsi-hetzner/before/complete", "");
    for (const name of ["jitsi.list", "jitsi-stable.list"])
      host.has(
        `${lists}/${name}`,
        "deb [signed-by=/a.asc] https://mirror.example.test/a/quite/long/path/to/jitsi/ stable/\n",
      );
    host.has(`${lists}/debian.sources`, "URIs: https://deb.debian.org/debian\n");
    const { stdout } = setUp(`timeout() { ls "$lists_dir" >&3; }`);
    expect(stdout).toMatch(/^debian\.sources\njitsi-stable\.list\njitsi\.list\.disabled$/m);
  });

  it("installs the packages once, in the version of the web host, without tools that are the owner's matter", () => {
    expect(setUp().stdout).toMatch(/^timeout 900 .*jitsi-hetzner-install$/m);
    const conf = host.text("etc/jitsi-hetzner/host.conf");
    expect(conf).toContain("TOOLS='curl jq nftables openssl'\nVERSION='2.0.10888-1'\n");
    host.has("var/lib/jitsi-hetzner/installed", "");
    expect(setUp().stdout).toMatch(/^timeout 480 .*jitsi-hetzner-install repository$/m);
  });

  it("does not load the filter where the packages cannot be installed", () => {
    const outcome = setUp("timeout() { return 1; }");
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toContain("the packages cannot be installed on berlin");
    expect(programsOf(outcome)).not.toContain("try_filter");
  });

  it("restarts no service, at the first run and later", () => {
    expect(
      [setUp(), setUp()].map(({ stdout }) => /systemctl (re|try-re)start/.test(stdout)),
    ).toEqual([false, false]);
  });
});
