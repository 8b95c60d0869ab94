import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostConf, installer } from "../../../cloud-init/userData";
import type { RawConfig } from "../../../lib/config/keys";
import { parseSettings } from "../../../lib/config/settings";
import { shQuote } from "../../../remote/quote";

const metapackage = (version: string, bridge: string): string => `Package: jitsi-meet
Version: ${version}
Pre-Depends: jitsi-videobridge2 (= ${bridge})
Depends: jicofo (= 1.0-9-1), jitsi-meet-web (= 1.0.7-1), jitsi-meet-prosody (= 1.0.7-1), other (>= 3)
`;

export interface Host {
  /** What the repository serves as its key. Default: its key, armoured. */
  readonly key?: string | Buffer;
  readonly role?: "web" | "jvb" | "jibri";
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

export interface Installed {
  /** The calls of apt, one a line. */
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
  /** The folder of the host. */
  readonly root: string;
}

/** A package repository with a key, and hosts that install from it. */
export class FakeRepository {
  /** The public half of its key, armoured and binary. */
  readonly key: string;
  readonly binaryKey: Buffer;
  readonly fingerprint: string;
  private readonly dir = mkdtempSync(join(tmpdir(), "jh-install-"));

  constructor() {
    const home = this.newKey("Repository <a@b.test>");
    this.key = gpg(home, "--armor", "--export").toString();
    this.binaryKey = gpg(home, "--export");
    const list = gpg(home, "--list-keys", "--with-colons").toString();
    this.fingerprint = /^fpr:+([0-9A-F]{40})/m.exec(list)?.[1] ?? "";
    endAgent(home);
  }

  end(): void {
    rmSync(this.dir, { recursive: true });
  }

  /** The public half of another key. */
  otherKey(): string {
    const home = this.newKey("c@d.test");
    const key = gpg(home, "--armor", "--export").toString();
    endAgent(home);
    return key;
  }

  /** Runs the installer on a host that is played by functions. */
  install(raw: RawConfig, args: readonly string[], host: Host = {}): Installed {
    const { role = "web", root = mkdtempSync(join(this.dir, "root-")), interrupted = false } = host;
    const software = parseSettings({
      domain: "meet.example.org",
      jitsiAptKeyFingerprint: this.fingerprint,
      ...raw,
    });
    writeFileSync(join(root, "host.conf"), hostConf({ role, domain: "a.test", software }));
    writeFileSync(join(root, "key"), host.key ?? this.key);
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

  private newKey(user: string): string {
    const home = mkdtempSync(join(this.dir, "gpg-"));
    gpg(home, "--quick-generate-key", user, "ed25519", "sign", "never");
    return home;
  }
}

function gpg(home: string, ...args: string[]): Buffer {
  const options = ["--homedir", home, "--batch", "--pinentry-mode", "loopback", "--passphrase", ""];
  const { stdout, stderr, status } = spawnSync("gpg", [...options, ...args]);
  if (status !== 0) throw new Error(stderr.toString());
  return stdout;
}

function endAgent(home: string): void {
  spawnSync("gpgconf", ["--homedir", home, "--kill", "all"]);
}
