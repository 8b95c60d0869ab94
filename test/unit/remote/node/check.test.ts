import { chmodSync } from "node:fs";
import { join } from "node:path";
import { scriptFixtures } from "../../../templates/fixtures";
import type { Outcome } from "../bash";
import { FakeHost } from "../fakeHost";

let host: FakeHost;
beforeEach(() => {
  host = new FakeHost();
  host.has("etc/os-release", "ID=debian\nVERSION_ID=13\n");
  host.has("proc/meminfo", "MemTotal:        8134656 kB\n");
  host.has("run/systemd/system/x", "");
});
afterEach(() => {
  host.end();
});

/** A machine with which nothing is wrong; its programs as functions. */
const good = `
  dpkg() { [[ $1 != --print-architecture ]] || echo amd64; }
  dpkg-query() { :; }
  python3() { :; }
  nproc() { echo 4; }
  df() { printf 'head\\nx 1 1 90000 1 /\\n'; }
  ip() { echo "2: eth0    inet 203.0.113.7/24 brd 203.0.113.255 scope global eth0"; }
  ss() { :; }
  nft() { :; }
  sshd() {
    printf '%s\\n' 'port 22' 'allowtcpforwarding yes' 'disableforwarding no' 'permitopen any' 'pubkeyauthentication yes' \\
      'authorizedkeysfile .ssh/authorized_keys .ssh/authorized_keys2'
  }
  systemctl() { return 1; }
  timeout() { return 0; }
  check_root() { :; }
  unset -f ufw
`;

const values = scriptFixtures["node/check"];

const check = (code = "", more: Partial<typeof values> = {}): Outcome =>
  host.run("node/check", { ...values, ...more }, `${good}\n${code}\nmain`, [
    "/etc/",
    "/proc/",
    "/run/",
    "/usr/local/",
    "/usr/lib/xorg/",
    "/tmp/.X11-unix/",
  ]);

describe("node/check", () => {
  it("accepts a machine, and tells its memory and cores", () => {
    const { status, stdout, stderr } = check();
    expect([status, JSON.parse(stdout)]).toEqual([0, { memoryMb: 7944, cores: 4 }]);
    expect(stderr).toBe("");
  });

  it.each([
    ["another system", "", "its system is ubuntu 24.04, but must be Debian 12 or 13"],
    ["ARM", "dpkg() { echo arm64; }", "its architecture is arm64, but must be amd64"],
    ["no Python", "python3() { return 127; }", "apt-get install -y python3"],
    ["one core", "nproc() { echo 1; }", "it has 1 processor cores, but needs 2"],
    [
      "a full disk",
      "df() { printf 'head\\nx 1 1 900 1 /\\n'; }",
      "900 MB are free in /var, but 2000 are needed",
    ],
    [
      "a NAT",
      "ip() { echo 'inet 10.0.0.7/24'; }",
      "none of its interfaces has the address 203.0.113.7",
    ],
    [
      "no way to prosody",
      "timeout() { return 1; }",
      "does not reach port 5222 of the web host (192.0.2.1)",
    ],
    [
      "a port in use",
      `ss() { [[ $* != *8080* ]] || echo 'LISTEN 0 5 0.0.0.0:8080 0.0.0.0:* users:(("python3",pid=77,fd=3))'; }`,
      "its port tcp 8080 is used by python3 (process 77)",
    ],
    [
      "the media port in use",
      `ss() { [[ $1 != -Hlunp ]] || echo 'UNCONN 0 0 *:10000 *:* users:(("java",pid=78,fd=3))'; }`,
      "its port udp 10000 is used by java (process 78)",
    ],
    [
      "ufw without the media port",
      "ufw() { echo 'Status: active'; echo '22/tcp ALLOW Anywhere'; }",
      "ufw allow 10000/udp",
    ],
    [
      "another filter that drops media",
      "nft() { echo 'chain input { type filter hook input priority 0; policy drop; tcp dport 22 accept }'; }",
      "does not name UDP 10000",
    ],
    [
      "an sshd without forwards",
      "sshd() { printf '%s\\n' 'allowtcpforwarding no' 'permitopen any' 'authorizedkeysfile .ssh/authorized_keys'; }",
      "Match User jitsi-hetzner-forward, and below it: AllowTcpForwarding local",
    ],
    [
      "an sshd for some users",
      `eval "of_$(declare -f sshd)"; sshd() { of_sshd; echo 'allowusers root'; echo 'allowusers admin'; }`,
      "its sshd lets in only users: root admin",
    ],
    [
      "packages of Jitsi",
      "dpkg-query() { printf 'installed bash\\nconfig-files jicofo\\ninstalled jitsi-videobridge2\\n'; }",
      "apt-get purge jicofo jitsi-videobridge2), or set adopt: true",
    ],
    [
      "a broken installation",
      "dpkg() { [[ $1 != --audit ]] && echo amd64 || echo broken; }",
      "dpkg --configure -a",
    ],
    [
      "a wrong clock",
      `timeout() { [[ $* != *HEAD* ]] || printf 'HTTP/1.0 301\\r\\nDate: Tue, 01 Jan 2030 00:00:00 GMT\\r\\n'; }`,
      "timedatectl set-ntp true",
    ],
  ])("refuses %s, and says what to do", (what, code, words) => {
    if (what === "another system") host.has("etc/os-release", "ID=ubuntu\nVERSION_ID=24.04\n");
    const { status, stdout, stderr } = check(code);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("node/check failed on berlin (203.0.113.7)");
    expect(stderr).toContain(words);
    expect(stderr).toContain("nothing was changed on it");
  });

  it("tells everything that it finds at once", () => {
    host.has("proc/meminfo", "MemTotal:        1000000 kB\n");
    const { stderr } = check(
      "nproc() { echo 1; }\ntimeout() { return 1; }\npython3() { return 1; }",
    );
    expect(stderr.match(/^ {2}(?!What)/gm)).toHaveLength(4);
  });

  describe("the display of a recorder", () => {
    const recorder = { ROLE: "jibri", FORWARD_PORTS: "8083" };
    const wrapper = (): void => {
      host.has("usr/lib/xorg/Xorg.wrap", "");
      chmodSync(join(host.root, "usr/lib/xorg/Xorg.wrap"), 0o755);
    };

    it("must not be that of a desktop, unless that is the recorder's own", () => {
      host.has("tmp/.X11-unix/X0", "");
      expect(check("", recorder).stderr).toContain("it has a display :0 already");
      expect(check("", { ...recorder, ADOPT: "yes" }).status).toBe(0);
      expect(check().status).toBe(0);
    });

    it("must be possible for a user without a console", () => {
      wrapper();
      expect(check("", recorder).stderr).toContain("apt-get purge xserver-xorg-legacy");
      expect(check().status).toBe(0);
      host.has("etc/X11/Xwrapper.config", "# by hand\nallowed_users=anybody\n");
      expect(check("", recorder).status).toBe(0);
    });
  });

  it("wants more of a recorder, whose media nobody receives", () => {
    const small = check("", { ROLE: "jibri", FORWARD_PORTS: "8083" });
    expect(small.status).toBe(0);
    host.has("proc/meminfo", "MemTotal:        4000000 kB\n");
    const { stderr } = check("ufw() { echo 'Status: active'; }", { ROLE: "jibri" });
    expect(stderr).toContain("of memory, but needs 7500");
    expect(stderr).not.toContain("10000");
  });

  it.each([
    ["ufw, a range", "ufw() { echo 'Status: active'; echo '9000:11000/udp ALLOW Anywhere'; }"],
    ["ufw, both protocols", "ufw() { echo 'Status: active'; echo '10000 ALLOW Anywhere'; }"],
    [
      "nft, a range",
      "nft() { echo 'chain input { type filter hook input priority 0; policy drop; udp dport 9000-11000 accept }'; }",
    ],
  ])("takes a machine whose filter lets in media: %s", (_name, code) => {
    expect(check(code)).toMatchObject({ status: 0 });
  });

  it.each(["22/tcp", "10000/tcp", "10001:20000/udp", "9000:9999/udp"])(
    "takes no machine whose ufw lets in %s alone",
    (rule) => {
      const { stderr } = check(`ufw() { echo 'Status: active'; echo '${rule} ALLOW Anywhere'; }`);
      expect(stderr).toContain("ufw allow 10000/udp");
    },
  );

  it("takes packages of Jitsi over where it may, with their ports", () => {
    const code = `
      dpkg-query() { printf 'installed jitsi-videobridge2\\n'; }
      ss() { [[ $* != *8080* ]] || echo 'LISTEN 0 5 127.0.0.1:8080 0.0.0.0:* users:(("java",pid=77,fd=3))'; }
      systemctl() { [[ $* == *jitsi-videobridge2* ]]; }`;
    expect(check(code).status).toBe(1);
    expect(check(code, { ADOPT: "yes" }).status).toBe(0);
  });

  it("knows a machine that this cluster has begun to set up, and refuses one of another cluster", () => {
    host.has("etc/jitsi-hetzner/node.conf", `DOMAIN=${values.DOMAIN}\nNAME=berlin\n`);
    host.has("usr/local/sbin/jitsi-hetzner", "");
    expect(check().status).toBe(0);
    host.has("etc/jitsi-hetzner/node.conf", "DOMAIN=meet.other.test\nNAME=berlin\n");
    expect(check("", { ADOPT: "yes" }).stderr).toContain(
      "belongs to the cluster of meet.other.test",
    );
  });

  it("refuses a host of a cluster of this program", () => {
    host.has("usr/local/sbin/jitsi-hetzner", "");
    expect(check("", { ADOPT: "yes" }).stderr).toContain(
      "is a host of a cluster of this program already",
    );
  });

  it("tells which ports of others the packet filter will close", () => {
    const { status, stderr } = check(
      "ss() { [[ $1 != -Hltn ]] || printf 'LISTEN 0 5 %s *:*\\n' 0.0.0.0:22 0.0.0.0:9100 127.0.0.1:25 [::]:9100; }",
    );
    expect(status).toBe(0);
    expect(stderr).toContain("will close these TCP ports of berlin to others: 9100\n");
  });
});
