import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostConf, installer } from "../../../cloud-init/userData";
import { shQuote } from "../../../remote/quote";
import { parseSoftware } from "../../../settings/software";
import type { RawConfig } from "../../../settings/problem";

let dir = "";
let key = "";
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

/** Runs the installer on a host that is played by functions; its calls of apt are lines on stdout. */
function install(raw: RawConfig, args: readonly string[], role: "web" | "jvb" = "web") {
  const root = mkdtempSync(join(dir, "root-"));
  const software = parseSoftware({ jitsiAptKeyFingerprint: fingerprint, ...raw });
  writeFileSync(join(root, "host.conf"), hostConf({ role, domain: "a.test", software }));
  writeFileSync(join(root, "key"), key);
  const text = installer()
    .replaceAll("/etc/jitsi-hetzner/host.conf", `${root}/host.conf`)
    .replaceAll("/usr/share/keyrings/", `${root}/`)
    .replaceAll("/etc/apt/sources.list.d/", `${root}/`)
    .replace("state_dir=/var/lib/jitsi-hetzner", `state_dir=${root}`);
  const world = `
    sleep() { :; }
    curl() { echo "curl \${!#}"; while [[ $1 != -o ]]; do shift; done; cp ${root}/key "$2"; }
    apt_get() { echo "apt-get $*"; }
    apt-mark() { echo "apt-mark $*" >&2; }
    debconf-set-selections() { cat >${root}/preseed; }
    apt-cache() {
      case "$*" in
        madison*) printf ' jitsi-meet | 2.0.2-1 | x\\n jitsi-meet | 2.0.1-1 | x\\n' ;;
        *no-all-versions* | *=2.0.2-1) printf '%s' ${shQuote(metapackage("2.0.2-1", "2.3-2-1"))} ;;
        *=2.0.1-1) printf '%s' ${shQuote(metapackage("2.0.1-1", "2.3-1-1"))} ;;
      esac
    }
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
    expect(stdout).toContain(
      "nginx prosody jicofo=1.0-9-1 jitsi-meet-prosody=1.0.7-1 jitsi-meet-web=1.0.7-1 curl jq",
    );
    expect(stderr).toContain("apt-mark hold jicofo jitsi-meet-prosody jitsi-meet-web\n");
  });

  it("installs a bridge in the version that is asked for", () => {
    const { stdout, stderr } = install({ jitsiVersion: "2.0.1-1" }, [], "jvb");
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

  it("refuses another key than the one that is expected, and shows both with the command", () => {
    const jitsi = "FFD65A0DA2BEBDEB73D44C8BB4D2D216F1FD7806";
    const { stderr, status, root } = install({ jitsiAptKeyFingerprint: jitsi }, ["repository"]);
    expect(status).toBe(1);
    expect(stderr).toContain(
      `has the fingerprint ${fingerprint}, but ${jitsi} is expected. Ask whoever runs the repository; if it is right: pulumi config set jitsiAptKeyFingerprint ${fingerprint}`,
    );
    expect(existsSync(join(root, "jitsi-keyring.gpg"))).toBe(false);
    expect(existsSync(join(root, "jitsi-stable.list"))).toBe(false);
  });

  it("refuses what is no key at all", () => {
    const good = key;
    key = "<html>login please</html>";
    const { stderr, status } = install({}, ["repository"]);
    key = good;
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining("it is no OpenPGP key") as string,
    ]);
  });

  it("refuses two keys in one file: packages signed by the other would be trusted too", () => {
    const good = key;
    key = `${key}\n${otherKey()}`;
    const { status } = install({}, ["repository"]);
    key = good;
    expect(status).toBe(1);
  });

  it("changes to exact versions, older ones too, and holds them", () => {
    const { stdout, stderr } = install({}, ["exactly", "jicofo=1.0-8-1", "jitsi-meet-web=1.0.6-1"]);
    expect(stdout).toContain(
      "--allow-downgrades --allow-change-held-packages jicofo=1.0-8-1 jitsi-meet-web=1.0.6-1",
    );
    expect(stderr).toContain("apt-mark hold jicofo jitsi-meet-web\n");
  });

  it("never gives the bridges' account its default password: a random one is preseeded", () => {
    const preseed = (): string => readFileSync(join(install({}, []).root, "preseed"), "utf8");
    const [first, second] = [preseed(), preseed()];
    expect(first).toMatch(/jvbsecret password [A-Za-z0-9]{32}\n/);
    expect(first).not.toBe(second);
  });
});

/** The public half of another key. */
function otherKey(): string {
  const home = mkdtempSync(join(dir, "other-"));
  const options = ["--homedir", home, "--batch", "--pinentry-mode", "loopback", "--passphrase", ""];
  spawnSync("gpg", [...options, "--quick-generate-key", "c@d.test", "ed25519", "sign", "never"]);
  const { stdout } = spawnSync("gpg", [...options, "--armor", "--export"], { encoding: "utf8" });
  spawnSync("gpgconf", ["--homedir", home, "--kill", "all"]);
  return stdout;
}
