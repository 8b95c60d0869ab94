import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JitsiVersion } from "../../../../remote/script";
import { bashInScript } from "../bash";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
  mkdirSync(join(dir, "installed"));
  const hoursAgo = (hours: number): Date => new Date(Date.now() - hours * 3_600_000);
  writeFileSync(join(dir, "jitsi-meet-prosody.list"), "");
  utimesSync(join(dir, "jitsi-meet-prosody.list"), hoursAgo(2), hoursAgo(2));
  writeFileSync(join(dir, "started"), hoursAgo(1).toUTCString());
  put("jicofo", "1.0-2-1");
  put("jitsi-meet-web", "1.0.2-1");
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

/** Installs a package in a version. */
const put = (name: string, version: string): void => {
  writeFileSync(join(dir, "installed", name), version);
};
const installed = (name: string): string => readFileSync(join(dir, "installed", name), "utf8");

/** Runs web/version on a host that is played by functions; `known` are the versions of the repository. */
function version(asked: string, known: readonly string[] = ["2.0.2-1", "2.0.1-1"]) {
  const world = `
    installer=fake_installer
    fake_installer() {
      case "$1" in
        parts)
          case " ${known.join(" ")} " in *" $2 "*) ;; *) echo "no version $2"; return 1 ;; esac
          n=\${2#2.0.}; n=\${n%-1}
          printf 'jicofo=1.0-%s-1\\njitsi-meet-web=1.0.%s-1\\njitsi-videobridge2=2.3-%s-1\\n' $n $n $n ;;
        check) if [[ $2 == 2.0.3-1 ]]; then echo "does not run here"; return 1; fi ;;
        exactly) shift; touch "${dir}/jitsi-meet-prosody.list"; for part in "$@"; do printf '%s' "\${part#*=}" >"${dir}/installed/\${part%%=*}"; done ;;
      esac
    }
    timeout() { shift; "$@"; }
    dpkg-query() { cat "${dir}/installed/\${!#}"; }
    apt-cache() { ${known.map((one) => `echo " jitsi-meet | ${one} | x"`).join("; ") || ":"}; }
    systemctl() { case $1 in show) cat "${dir}/started" ;; *) echo "systemctl $*" >&2; date >"${dir}/started" ;; esac; }
    remember() { printf '%s\\n' "$2" >"${dir}/$1"; }
  `;
  const { stdout, stderr, status } = bashInScript(
    "web/version",
    { JITSI_VERSION: asked },
    `${world}\nmain`,
    {
      "readonly installer=/usr/local/sbin/jitsi-hetzner-install": "",
      "/var/lib/jitsi-hetzner": dir,
      "/var/lib/dpkg/info": dir,
    },
  );
  const answer = status === 0 ? (JSON.parse(stdout) as JitsiVersion) : undefined;
  return { answer, stderr, status };
}

describe("web/version", () => {
  it("recognises the version that is installed, and changes nothing", () => {
    expect(version("").answer).toEqual({ version: "2.0.2-1", bridge: "2.3-2-1" });
    expect(installed("jicofo")).toBe("1.0-2-1");
  });

  it("keeps to the recorded one when the repository no longer has it", () => {
    version("");
    expect(version("", ["2.0.3-1"]).answer).toEqual({ version: "2.0.2-1", bridge: "2.3-2-1" });
  });

  it("recognises anew what somebody has installed by hand", () => {
    version("");
    put("jicofo", "1.0-1-1");
    put("jitsi-meet-web", "1.0.1-1");
    expect(version("").answer?.version).toBe("2.0.1-1");
  });

  it("installs the version that is asked for, older ones too", () => {
    expect(version("2.0.1-1").answer).toEqual({ version: "2.0.1-1", bridge: "2.3-1-1" });
    expect([installed("jicofo"), installed("jitsi-meet-web")]).toEqual(["1.0-1-1", "1.0.1-1"]);
  });

  it("restarts prosody with the plugins of the new version, once", () => {
    expect(version("2.0.1-1").stderr).toContain("systemctl restart prosody");
    utimesSync(join(dir, "jitsi-meet-prosody.list"), new Date(0), new Date(0));
    expect(version("2.0.1-1").stderr).not.toContain("restart prosody");
  });

  it("restarts prosody at the next run where the installation was all that a run did", () => {
    put("jicofo", "1.0-1-1");
    put("jitsi-meet-web", "1.0.1-1");
    utimesSync(join(dir, "jitsi-meet-prosody.list"), new Date(), new Date());
    expect(version("2.0.1-1").stderr).toContain("systemctl restart prosody");
  });

  it("leaves prosody alone where the version is the one that is there", () => {
    expect(version("2.0.2-1").stderr).not.toContain("restart prosody");
  });

  it("stays at it when nothing is asked for any more", () => {
    version("2.0.1-1");
    expect(version("").answer?.version).toBe("2.0.1-1");
  });

  it("says so where the repository does not have the version", () => {
    const { status, stderr } = version("2.0.9-1");
    expect(status).toBe(1);
    expect(stderr).toContain("version 2.0.9-1 of Jitsi is not available");
  });

  it("changes nothing where the host's system cannot run the version", () => {
    const { status, stderr } = version("2.0.3-1", ["2.0.3-1", "2.0.2-1"]);
    expect(status).toBe(1);
    expect(stderr).toContain("does not run here");
    expect(stderr).toContain("version 2.0.3-1 of Jitsi is refused; nothing was changed");
    expect(installed("jicofo")).toBe("1.0-2-1");
  });

  it("asks for a choice where the packages belong to no one version", () => {
    put("jicofo", "1.0-1-1");
    const { status, stderr } = version("");
    expect(status).toBe(1);
    expect(stderr).toContain("the installed packages do not belong to one version of Jitsi");
    expect(stderr).toContain("pulumi config set jitsiVersion VERSION && pulumi up");
  });
});
