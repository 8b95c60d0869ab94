import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostConf, installer } from "../../../cloud-init/userData";
import { shQuote } from "../../../remote/quote";
import { parseSoftware } from "../../../lib/config/software";
import type { RawConfig } from "../../../lib/config/problem";

let dir = "";
/** What the repository serves as its key. */
let key: string | Buffer = "";
let binaryKey: Buffer;
let fingerprint = "";

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "jh-install-"));
  const gpg = (...args: string[]): string => {
    const { stdout, stderr, status } = spawnSync(
      "gpg",
      ["--homedir", dir, "--batch", "--pinentry-mode", "loopback", "--passphrase", "", ...args],
      { encoding: "utf8" },
    );
    if (status !== 0) throw new Error(stderr);
    return stdout;
  };
  gpg("--quick-generate-key", "Repository <a@b.test>", "ed25519", "sign", "never");
  key = gpg("--armor", "--export");
  binaryKey = spawnSync("gpg", ["--homedir", dir, "--batch", "--export"]).stdout;
  fingerprint = /^fpr:+([0-9A-F]{40})/m.exec(gpg("--list-keys", "--with-colons"))?.[1] ?? "";
  spawnSync("gpgconf", ["--homedir", dir, "--kill", "all"]);
});
afterAll(() => {
  rmSync(dir, { recursive: true });
});

const metapackage = (version: string, bridge: string): string => `Package: jitsi-meet
Version: ${version}
Pre-Depends: jitsi-videobridge2 (= ${bridge})
Depends: jicofo (= 1.0-9-1), jitsi-meet-web (= 1.0.7-1), jitsi-meet-prosody (= 1.0.7-1), other (>= 3)
`;

interface Host {
  readonly role?: "web" | "jvb";
  /** VERSION_ID of the host's os-release. Default: 12. */
  readonly release?: string;
  /** More lines for the played host. */
  readonly world?: string;
  /** The host's folder. Default: a new one. */
  readonly root?: string;
  /** Whether dpkg was cut in the middle. */
  readonly interrupted?: boolean;
  /** Shows apt's calls with the options that the installer gives to all of them. */
  readonly showsOptions?: boolean;
}

/** Runs the installer on a host that is played by functions; its calls of apt are lines on stdout. */
function install(raw: RawConfig, args: readonly string[], host: Host = {}) {
  const { role = "web", root = mkdtempSync(join(dir, "root-")), interrupted = false } = host;
  const software = parseSoftware({ jitsiAptKeyFingerprint: fingerprint, ...raw });
  writeFileSync(join(root, "host.conf"), hostConf({ role, domain: "a.test", software }));
  writeFileSync(join(root, "key"), key);
  writeFileSync(
    join(root, "os-release"),
    `ID=debian\nVERSION="x"\nVERSION_ID="${host.release ?? "12"}"\n`,
  );
  const text = installer()
    .replaceAll("/etc/jitsi-hetzner/host.conf", `${root}/host.conf`)
    .replace("os_release=/etc/os-release", `os_release=${root}/os-release`)
    .replaceAll("/usr/share/keyrings/", `${root}/`)
    .replaceAll("/etc/apt/sources.list.d/", `${root}/`)
    .replace("state_dir=/var/lib/jitsi-hetzner", `state_dir=${root}`)
    .replace("dpkg_updates=/var/lib/dpkg/updates", `dpkg_updates=${root}/updates`);
  mkdirSync(join(root, "updates"), { recursive: true });
  if (interrupted) writeFileSync(join(root, "updates/0001"), "");
  const world = `
    sleep() { :; }
    curl() { echo "curl \${!#}"; while [[ $1 != -o ]]; do shift; done; cp ${root}/key "$2"; }
    ${host.showsOptions === true ? "apt-get" : "apt_get"}() { echo "apt-get $*"; }
    dpkg() { [[ $1 == --audit ]] || { echo "dpkg $*"; rm -f ${root}/updates/*; }; }
    timeout() { shift; "$@"; }
    apt-mark() { echo "apt-mark $*" >&2; }
    debconf-set-selections() { cat >${root}/preseed; }
    apt-cache() {
      case "$*" in
        madison*) printf ' jitsi-meet | 2.0.2-1 | x\\n jitsi-meet | 2.0.1-1 | x\\n' ;;
        *=2.0.10741-1) printf '%s' ${shQuote(metapackage("2.0.10741-1", "2.3-7-1"))} ;;
        *=2.0.11031-1) printf '%s' ${shQuote(metapackage("2.0.11031-1", "2.3-8-1"))} ;;
        "show jitsi-meet") printf '%s\n' ${shQuote(metapackage("2.0.11031-1", "2.3-8-1"))} ${shQuote(metapackage("2.0.10741-1", "2.3-7-1"))} ;;
        *no-all-versions* | *=2.0.2-1) printf '%s' ${shQuote(metapackage("2.0.2-1", "2.3-2-1"))} ;;
        *=2.0.1-1) printf '%s' ${shQuote(metapackage("2.0.1-1", "2.3-1-1"))} ;;
      esac
    }
    ${host.world ?? ""}
  `;
  const script = text.replace(/\nmain "\$@"\n$/, `\n${world}\nmain "$@"\n`);
  const { stdout, stderr, status } = spawnSync("bash", ["-s", "--", ...args], {
    input: script,
    encoding: "utf8",
  });
  return { stdout, stderr, status, root };
}

describe("jitsi-hetzner-install", () => {
  it("installs the parts of the newest version, and holds Jitsi's alone", () => {
    const { stdout, stderr, status } = install({}, []);
    expect(stderr).toContain("done: version 2.0.2-1");
    expect(status).toBe(0);
    expect(stdout).not.toContain("dpkg ");
    expect(stdout).toContain(
      "nginx prosody jicofo=1.0-9-1 jitsi-meet-prosody=1.0.7-1 jitsi-meet-web=1.0.7-1 curl jq",
    );
    expect(stderr).toContain("apt-mark hold jicofo jitsi-meet-prosody jitsi-meet-web\n");
  });

  it("installs a bridge in the version that is asked for", () => {
    const { stdout, stderr } = install({ jitsiVersion: "2.0.1-1" }, [], { role: "jvb" });
    expect(stdout).toContain("jitsi-videobridge2=2.3-1-1 curl jq");
    expect(stderr).toContain("apt-mark hold jitsi-videobridge2\n");
  });

  it("says which versions there are where the one that is asked for is not", () => {
    const { stderr, status } = install({ jitsiVersion: "2.0.9-1" }, []);
    expect(status).toBe(1);
    expect(stderr).toContain(
      'https://download.jitsi.org has no version "2.0.9-1" of jitsi-meet; it has: 2.0.2-1 2.0.1-1',
    );
  });

  it("takes packages from a mirror, whose key is asked for", () => {
    const raw = { jitsiAptRepository: "https://mirror.example.test/jitsi/" };
    const { stdout, root } = install(raw, ["repository"]);
    expect(stdout).toContain("curl https://mirror.example.test/jitsi/jitsi-key.gpg.key");
    expect(readFileSync(join(root, "jitsi-stable.list"), "utf8")).toBe(
      `deb [signed-by=${root}/jitsi-keyring.gpg] https://mirror.example.test/jitsi stable/\n`,
    );
    expect(existsSync(join(root, "jitsi-keyring.gpg"))).toBe(true);
  });

  it("installs gpg where only curl is there, as on a stock Debian image", () => {
    // The package gpg alone: an agent is "not installed", so nothing may need one.
    const world = `
      command() { if [[ $2 == gpg ]]; then return 1; fi; builtin command "$@"; }
      gpg() { builtin command gpg --agent-program /nowhere/gpg-agent "$@"; }
    `;
    const { stdout, status } = install({}, ["repository"], { world });
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^apt-get .*update\napt-get install -y --no-install-recommends ca-certificates gpg\ncurl /,
    );
  });

  it("installs nothing for the key where curl and gpg are there", () => {
    expect(install({}, ["repository"]).stdout).not.toContain("apt-get install");
  });

  it("takes an armoured and a binary key; apt gets the same binary keyring", () => {
    const keyrings = [key, binaryKey].map((served) => {
      const { root, status } = withKey(served, () => install({}, ["repository"]));
      expect(status).toBe(0);
      return readFileSync(join(root, "jitsi-keyring.gpg"));
    });
    expect(keyrings[0]).toEqual(keyrings[1]);
    expect(keyrings[0]).toEqual(binaryKey);
  });

  it("refuses another key than the one that is expected, and shows both with the command", () => {
    const jitsi = "FFD65A0DA2BEBDEB73D44C8BB4D2D216F1FD7806";
    const { stderr, status, root } = install({ jitsiAptKeyFingerprint: jitsi }, ["repository"]);
    expect(status).toBe(1);
    expect(stderr).toContain(
      `has the fingerprint ${fingerprint}, but ${jitsi} is expected. Ask the operator of the repository; if it is right: pulumi config set jitsiAptKeyFingerprint ${fingerprint}`,
    );
    expectNoRepository(root);
  });

  it.each([
    ["", "it is empty", "no valid OpenPGP data"],
    ["<!DOCTYPE html><html>login please</html>", "it is a web page", "no valid OpenPGP data"],
    ["moved", 'it has 5 bytes and begins with "moved"', "no valid OpenPGP data"],
    [
      "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nbm8ga2V5\n-----END PGP PUBLIC KEY BLOCK-----\n",
      'begins with "-----BEGIN PGP PUBLIC KEY BLOCK-----',
      "gpg: ",
    ],
  ])("refuses %j as a key, says what it is, and shows gpg's error", (served, what, error) => {
    const { stderr, status, root } = withKey(served, () => install({}, ["repository"]));
    expect(status).toBe(1);
    expect(stderr).toContain(`jitsi-key.gpg.key is no OpenPGP key: `);
    expect(stderr).toContain(what);
    expect(stderr).toContain(error);
    expect(stderr).toContain("pulumi config set jitsiAptRepository ADDRESS");
    expectNoRepository(root);
  });

  it("shows the error of a gpg that cannot run", () => {
    const world = `gpg() { echo "gpg: cannot open shared object file" >&2; return 127; }`;
    const { stderr, status } = install({}, ["repository"], { world });
    expect(status).toBe(1);
    expect(stderr).toContain("gpg: cannot open shared object file");
  });

  it("refuses two keys in one file, because packages signed by the other would be trusted too", () => {
    const served = `${key.toString()}\n${otherKey()}`;
    const { status, stderr, root } = withKey(served, () => install({}, ["repository"]));
    expect(status).toBe(1);
    expect(stderr).toContain(`has more than one key (${fingerprint} `);
    expectNoRepository(root);
  });

  it("keeps the repository of before when the new one has another key or no package lists", () => {
    const { root } = install({}, ["repository"]);
    const files = ["jitsi-stable.list", "jitsi-keyring.gpg", "repository"];
    const content = (): string[] => files.map((file) => readFileSync(join(root, file), "latin1"));
    const before = content();
    const raw = { jitsiAptRepository: "https://mirror.example.test" };
    const wrongKey = withKey(otherKey(), () => install(raw, ["repository"], { root }));
    expect([wrongKey.status, content()]).toEqual([1, before]);
    const world = "apt_get() { return 100; }";
    const noLists = install(raw, ["repository"], { root, world });
    expect([noLists.status, content()]).toEqual([1, before]);
  });

  it("leaves no repository behind when the first one has no package lists", () => {
    const { status, root } = install({}, ["repository"], { world: "apt_get() { return 100; }" });
    expect(status).toBe(1);
    expectNoRepository(root);
  });

  it("changes to exact versions, older ones too, and holds them", () => {
    const { stdout, stderr } = install({}, ["exactly", "jicofo=1.0-8-1", "jitsi-meet-web=1.0.6-1"]);
    expect(stdout).toContain(
      "--allow-downgrades --allow-change-held-packages jicofo=1.0-8-1 jitsi-meet-web=1.0.6-1",
    );
    expect(stderr).toContain("apt-mark hold jicofo jitsi-meet-web\n");
  });

  it("completes what was cut in the middle before it installs anything, as apt itself would configure it", () => {
    const { stdout, status } = install({}, ["exactly", "jicofo=1.0-8-1"], { interrupted: true });
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
    const { stdout, stderr, status } = install({}, ["check", version], { release, role });
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
    expect(install({}, ["check", version], { release, role })).toMatchObject({
      status: 0,
      stdout: "",
      stderr: "",
    });
  });

  it("installs no package of a version that the host's system cannot run", () => {
    const first = install({ jitsiVersion: "2.0.11031-1" }, []);
    expect(first.stderr).toContain("it needs prosody 13");
    const later = install({}, ["exactly", "jitsi-videobridge2=2.3-7-1"], {
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
    const { root } = install({}, [], { role });
    const preseed = readFileSync(join(root, "preseed"), "utf8");
    const withoutSecret = preseed.replace(/(jvbsecret password )[A-Za-z0-9]{32}$/m, "$1SECRET");
    expect(withoutSecret.trimEnd().split("\n")).toEqual(answers);
  });

  it("keeps changed configuration files, waits for another apt, and installs nothing that is only recommended", () => {
    const { stdout } = install({}, [], { showsOptions: true });
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
    const { root, status } = install({}, []);
    expect([status, existsSync(join(root, "installed"))]).toEqual([0, true]);
    const failing = 'apt_get() { [[ $* != *" jicofo="* ]]; }';
    expect(install({}, [], { root, world: failing }).status).toBe(1);
    expect(existsSync(join(root, "installed"))).toBe(false);
  });

  it("fetches the key over https only, redirections included", () => {
    const world = 'curl() { echo "curl $*" >&2; return 1; }';
    expect(install({}, ["repository"], { world }).stderr).toMatch(/^curl -fsSL --proto =https /m);
  });

  it.each([
    ["restarts what ends meetings", "true", 0, ["systemctl restart prosody nginx jicofo"]],
    ["restarts nothing where nginx refuses its configuration", "false", 1, []],
  ])("upgrades prosody and nginx with their modules on demand, and %s", (_, nginx, code, end) => {
    const world = `
      dpkg-query() { printf 'installed %s\n' prosody nginx nginx-common libnginx-mod-stream curl; echo 'config-files nginx-light'; }
      nginx() { ${nginx}; }
      systemctl() { echo "systemctl $*"; }
    `;
    const { stdout, status } = install({}, ["services"], { world });
    expect(status).toBe(code);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.slice(lines.findIndex((line) => line.includes("--only-upgrade")))).toEqual([
      "apt-get install -y --no-install-recommends --only-upgrade prosody nginx nginx-common libnginx-mod-stream",
      ...end,
    ]);
  });

  it("never gives the bridges' account its default password: a random one is preseeded", () => {
    const preseed = (): string => readFileSync(join(install({}, []).root, "preseed"), "utf8");
    const [first, second] = [preseed(), preseed()];
    expect(first).toMatch(/jvbsecret password [A-Za-z0-9]{32}\n/);
    expect(first).not.toBe(second);
  });
});

/** Runs `work` while the repository serves this as its key. */
function withKey<T>(served: string | Buffer, work: () => T): T {
  const good = key;
  key = served;
  try {
    return work();
  } finally {
    key = good;
  }
}

function expectNoRepository(root: string): void {
  for (const file of ["jitsi-keyring.gpg", "jitsi-stable.list", "repository"]) {
    expect([file, existsSync(join(root, file))]).toEqual([file, false]);
  }
}

/** The public half of another key. */
function otherKey(): string {
  const home = mkdtempSync(join(dir, "other-"));
  const options = ["--homedir", home, "--batch", "--pinentry-mode", "loopback", "--passphrase", ""];
  spawnSync("gpg", [...options, "--quick-generate-key", "c@d.test", "ed25519", "sign", "never"]);
  const { stdout } = spawnSync("gpg", [...options, "--armor", "--export"], { encoding: "utf8" });
  spawnSync("gpgconf", ["--homedir", home, "--kill", "all"]);
  return stdout;
}
