import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FakeRepository } from "./fakeRepository";

let repository: FakeRepository;
beforeAll(() => {
  repository = new FakeRepository();
});
afterAll(() => {
  repository.end();
});

describe("jitsi-hetzner-install", () => {
  it("installs the parts of the newest version, and holds Jitsi's alone", () => {
    const { stdout, stderr, status } = repository.install({}, []);
    expect(stderr).toContain("done: version 2.0.2-1");
    expect(status).toBe(0);
    expect(stdout).not.toContain("dpkg ");
    expect(stdout).toContain(
      "nginx prosody certbot bind9-dnsutils jicofo=1.0-9-1 jitsi-meet-prosody=1.0.7-1 jitsi-meet-web=1.0.7-1 curl jq",
    );
    expect(stderr).toContain("apt-mark hold jicofo jitsi-meet-prosody jitsi-meet-web\n");
  });

  it("installs a bridge in the version that is asked for", () => {
    const { stdout, stderr } = repository.install({ jitsiVersion: "2.0.1-1" }, [], { role: "jvb" });
    expect(stdout).toContain("jitsi-videobridge2=2.3-1-1 curl jq");
    expect(stderr).toContain("apt-mark hold jitsi-videobridge2\n");
  });

  it("installs a recorder with its browser, and holds what would cut a recording", () => {
    const packages = "jibri chromium chromium-common chromium-driver chromium-sandbox";
    const { stdout, stderr } = repository.install({}, [], { role: "jibri" });
    expect(stdout).toMatch(new RegExp(`install .*${packages} .*rclone sudo .*curl`));
    expect(stderr).toContain(`apt-mark hold ${packages}\n`);
  });

  it.each(["web", "jvb"] as const)("makes a recorder of a host of the role %s", (role) => {
    const { stdout, stderr, status } = repository.install({}, ["recorder"], { role });
    expect([status, stdout]).toEqual([0, expect.stringContaining(" jibri chromium ") as string]);
    expect(stderr).toContain("apt-mark hold jibri chromium chromium-common");
  });

  it("upgrades browser and driver together, although they are held, and holds them again", () => {
    const { stdout, stderr } = repository.install({}, ["newest", "chromium", "chromium-driver"]);
    expect(stdout).toMatch(/--allow-change-held-packages chromium chromium-driver$/m);
    expect(stderr).toContain("apt-mark hold chromium chromium-driver\n");
  });

  it("says which versions there are where the one that is asked for is not", () => {
    const { stderr, status } = repository.install({ jitsiVersion: "2.0.9-1" }, []);
    expect(status).toBe(1);
    expect(stderr).toContain(
      'https://download.jitsi.org has no version "2.0.9-1" of jitsi-meet; it has: 2.0.2-1 2.0.1-1',
    );
  });

  it("changes to exact versions, older ones too, and holds them", () => {
    const { stdout, stderr } = repository.install({}, [
      "exactly",
      "jicofo=1.0-8-1",
      "jitsi-meet-web=1.0.6-1",
    ]);
    expect(stdout).toContain(
      "--allow-downgrades --allow-change-held-packages jicofo=1.0-8-1 jitsi-meet-web=1.0.6-1",
    );
    expect(stderr).toContain("apt-mark hold jicofo jitsi-meet-web\n");
  });

  it("completes what was cut in the middle before it installs anything, as apt itself would configure it", () => {
    const { stdout, status } = repository.install({}, ["exactly", "jicofo=1.0-8-1"], {
      interrupted: true,
    });
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^dpkg --force-confdef --force-confold --configure -a\napt-get install .*jicofo=1.0-8-1$/m,
    );
  });

  const prosody13 = "prosody 13, and Debian 12 has prosody 0.12. Choose 2.0.11146 or newer";

  it.each([
    ["12", "web", "2.0.10888-1", prosody13],
    ["12", "web", "2.0.11031", prosody13],
    ["13", "web", "2.0.10887-1", "Java 17, and Debian 13 has Java 21. Choose 2.0.10888 or newer"],
    ["13", "jvb", "2.0.10741-1", "Java 17, and Debian 13 has Java 21. Choose 2.0.10888 or newer"],
  ] as const)("on Debian %s, a %s host refuses version %s", (release, role, version, reason) => {
    const { stdout, stderr, status } = repository.install({}, ["check", version], {
      release,
      role,
    });
    expect(status).toBe(1);
    expect(stderr).toContain(`version ${version} of Jitsi does not run on`);
    expect(stderr).toContain(`it needs ${reason}: pulumi config set jitsiVersion VERSION`);
    expect(stdout).toBe("");
  });

  it.each([
    ["12", "web", "2.0.10741-1"],
    ["12", "web", "2.0.11146-1"],
    ["12", "jvb", "2.0.11031-1"],
    ["13", "web", "2.0.10888-1"],
    ["13", "jvb", "2.0.11248-1"],
    ["", "web", "2.0.10888-1"],
  ] as const)("on Debian %s, a %s host takes version %s", (release, role, version) => {
    expect(repository.install({}, ["check", version], { release, role })).toMatchObject({
      status: 0,
      stdout: "",
      stderr: "",
    });
  });

  it("installs no package of a version that the host's system cannot run", () => {
    const first = repository.install({ jitsiVersion: "2.0.11031-1" }, []);
    expect(first.stderr).toContain("it needs prosody 13");
    const later = repository.install({}, ["exactly", "jitsi-videobridge2=2.3-7-1"], {
      release: "13",
      role: "jvb",
    });
    expect(later.stderr).toContain("version 2.0.10741-1 of Jitsi does not run on Debian 13");
    for (const { status, stdout } of [first, later]) {
      expect(status).toBe(1);
      expect(stdout).not.toContain("apt-get install");
    }
  });

  it.each([
    [
      "web",
      [
        "jitsi-meet-web-config jitsi-videobridge/jvb-hostname string a.test",
        "jitsi-meet-web-config jitsi-meet/cert-choice select Generate a new self-signed certificate",
        "jitsi-meet-web-config jitsi-meet/jaas-choice boolean false",
        "jitsi-meet-prosody jitsi-videobridge/jvbsecret password SECRET",
      ],
    ],
    [
      "jvb",
      [
        "jitsi-videobridge2 jitsi-videobridge/jvb-hostname string a.test",
        "jitsi-videobridge2 jitsi-videobridge/jvbsecret password SECRET",
      ],
    ],
  ] as const)("answers every question of the packages on a %s host", (role, answers) => {
    const { root } = repository.install({}, [], { role });
    const preseed = readFileSync(join(root, "preseed"), "utf8");
    const withoutSecret = preseed.replace(/(jvbsecret password )[A-Za-z0-9]{32}$/m, "$1SECRET");
    expect(withoutSecret.trimEnd().split("\n")).toEqual(answers);
  });

  it("keeps changed configuration files, waits for another apt, and installs nothing that is only recommended", () => {
    const { stdout } = repository.install({}, [], { showsOptions: true });
    const calls = stdout.split("\n").filter((line) => line.startsWith("apt-get "));
    expect(calls.length).toBeGreaterThan(1);
    for (const call of calls) {
      expect(call).toContain("-o DPkg::Lock::Timeout=120 ");
      expect(call).toContain(
        "-o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold ",
      );
    }
    expect(calls.filter((call) => call.includes(" install "))).toEqual([
      expect.stringContaining(" install -y --no-install-recommends "),
    ]);
    // Without this option, lists that could not be fetched are a warning, and old ones are used.
    expect(calls.filter((call) => call.includes(" update"))).toEqual([
      expect.stringContaining("-o APT::Update::Error-Mode=any update"),
    ]);
  });

  it("counts a host as installed only when everything was", () => {
    const { root, status } = repository.install({}, []);
    expect([status, existsSync(join(root, "installed"))]).toEqual([0, true]);
    const failing = 'apt_get() { [[ $* != *" jicofo="* ]]; }';
    expect(repository.install({}, [], { root, world: failing }).status).toBe(1);
    expect(existsSync(join(root, "installed"))).toBe(false);
  });

  it.each([
    [
      "restarts what ends meetings",
      "true",
      0,
      ["systemctl restart prosody nginx jicofo", "systemctl try-restart coturn"],
    ],
    ["restarts nothing where nginx refuses its configuration", "false", 1, []],
  ])("upgrades prosody and nginx with their modules on demand, and %s", (_, nginx, code, end) => {
    const world = `
      dpkg-query() { printf 'installed %s\n' prosody nginx nginx-common libnginx-mod-stream coturn curl; echo 'config-files nginx-light'; }
      nginx() { ${nginx}; }
      systemctl() { echo "systemctl $*"; }
    `;
    const { stdout, status } = repository.install({}, ["services"], { world });
    expect(status).toBe(code);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.slice(lines.findIndex((line) => line.includes("--only-upgrade")))).toEqual([
      "apt-get install -y --no-install-recommends --only-upgrade prosody nginx nginx-common libnginx-mod-stream coturn",
      ...end,
    ]);
  });

  it("never gives the bridges' account its default password: a random one is preseeded", () => {
    const preseed = (): string =>
      readFileSync(join(repository.install({}, []).root, "preseed"), "utf8");
    const [first, second] = [preseed(), preseed()];
    expect(first).toMatch(/jvbsecret password [A-Za-z0-9]{32}\n/);
    expect(first).not.toBe(second);
  });

  // Each tool of the host fails in turn, with every verb that uses it.
  it.each([
    ["all", "apt_get() { false; }", "reading the package lists"],
    [
      "all",
      "apt_get() { [[ $1 != install ]]; }",
      "installing nginx prosody certbot bind9-dnsutils jicofo=1.0-9-1",
    ],
    ["all", "apt-cache() { false; }", "line \\d+ ended with code 1"],
    ["all", "debconf-set-selections() { return 9; }", "line \\d+ ended with code 9"],
    ["all", "apt-mark() { false; }", "holding jicofo jitsi-meet-prosody jitsi-meet-web"],
    [
      "parts",
      "apt-cache() { false; }",
      'https://\\S+ has no version "2.0.1-1" of jitsi-meet; it has:',
    ],
    ["exactly", "apt_get() { [[ $1 != install ]]; }", "installing 2.0.1-1"],
    ["exactly", "apt-mark() { false; }", "holding 2.0.1-1"],
    ["services", "dpkg-query() { return 9; }", "line \\d+ ended with code 9"],
    ["services", "dpkg-query() { :; }; systemctl() { return 9; }", "line \\d+ ended with code 9"],
  ])("says at the end what failed, and fails: %s with %s", (verb, world, reason) => {
    const { status, stderr } = repository.install({}, [verb, "2.0.1-1"], {
      world: `nginx() { :; }\n${world}`,
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(new RegExp(`^jitsi-hetzner-install: FAILED: ${reason}`, "m"));
    expect(stderr).toMatch(/(^|\n)jitsi-hetzner-install: FAILED: .*\n$/);
  });
});
