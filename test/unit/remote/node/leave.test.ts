import { existsSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Outcome } from "../bash";
import { FakeHost, recorded } from "../fakeHost";

let host: FakeHost;
beforeEach(() => {
  host = new FakeHost();
  host.has(`${before}/complete`, "2026-11-30\n");
  host.has(
    `${before}/packages`,
    "installed bash:amd64 5\ninstalled curl:amd64 8\ninstalled libfoo:amd64 1\n",
  );
  host.has(`${before}/manual`, "bash\n");
  host.has(`${before}/hold`, "bash\n");
  host.has(`${before}/users`, "root:0:0:/root:/bin/bash\n");
  host.has(`${before}/groups`, "root:0:\n");
  host.has(`${before}/kernel`, "net.core.rmem_max 212992\n");
  host.has("etc/jitsi-hetzner/node.conf", "DOMAIN=meet.example.test\nNAME=berlin\n");
  host.has("usr/local/sbin/jitsi-hetzner", "");
  host.has("usr/local/sbin/jitsi-hetzner-install", "");
  host.has("etc/jitsi/videobridge/jvb.conf", "ours\n");
  host.has("proc/sys/net/core/rmem_max", "10485760\n");
});
afterEach(() => {
  host.end();
});

const before = "var/lib/jitsi-hetzner/before";

/** A machine with a bridge, an owner who has installed a monitor since, and what that needs. */
const world = `
  ${recorded({ systemctl: "", "apt-mark": "", "apt-get": "", userdel: "", groupdel: "", sysctl: "", nft: "return 1", "update-ca-certificates": "", "update-grub": "", loginctl: "", pgrep: "return 1" })}
  apt_get() { printf 'apt_get %s\\n' "$*" >&3; }
  complete_dpkg() { :; }
  mark_package() { printf 'mark_package %s\\n' "$*" >&3; }
  apt-mark() {
    printf 'apt-mark %s\\n' "$*" >&3
    case $1 in
      showmanual) printf '%s\\n' bash curl jitsi-videobridge2 monitor ;;
      showhold) printf '%s\\n' bash jitsi-videobridge2 ;;
    esac
  }
  dpkg-query() { printf 'installed %s\\n' bash curl default-jre jitsi-videobridge2 libfoo libneeded monitor; }
  apt-get() { [[ $* != *libneeded* ]] || printf 'Purg %s [1]\\n' libneeded monitor; }
  apt-cache() { printf '%s\\n' monitor '  Depends: libneeded' libneeded; }
  id() { [[ $1 == jvb || $1 == jitsi-hetzner-forward ]]; }
  getent() { [[ $2 == jitsi ]]; }
  take_record() { cp "$before"/* "$1"/ 2>/dev/null || true; touch "$1"/{units,files,rules}; }
  touch "$before"/{units,files,rules}
`;

const leave = (code = ""): Outcome =>
  host.run("node/leave", {}, `${world}\n${code}\nmain`, [
    "/etc/",
    "/var/",
    "/usr/",
    "/srv/",
    "/proc/",
  ]);

describe("node/leave", () => {
  it("waits for a setup that still runs, because its `pulumi` was killed", () => {
    const setup = `
      (exec 7>"$state_dir/machine.lock"; flock 7; touch "$state_dir/held"; sleep 0.5; printf 'setup ended\\n' >&3) &
      until [[ -e $state_dir/held ]]; do sleep 0.02; done`;
    const { status, stdout } = leave(setup);
    expect(status).toBe(0);
    expect(stdout.indexOf("setup ended")).toBeGreaterThanOrEqual(0);
    expect(stdout.indexOf("setup ended")).toBeLessThan(stdout.indexOf("apt_get purge"));
  });

  it("removes the packages of this program, and neither those of before nor what the owner has installed since", () => {
    const { status, stdout } = leave();
    expect(status).toBe(0);
    expect(stdout).toContain(
      "apt_get purge -y --allow-change-held-packages default-jre jitsi-videobridge2\n",
    );
    expect(stdout).not.toMatch(/purge.*(libneeded|monitor|curl|bash|libfoo)/);
  });

  it("removes all that a recorder has asked apt for by name, which apt marks as the owner's wish", () => {
    const recorder =
      "chromium chromium-common chromium-driver chromium-sandbox fonts-liberation fonts-noto-cjk fonts-noto-color-emoji fonts-noto-core jibri jq rclone sudo";
    const { status, stdout } = leave(`
      dpkg-query() { printf 'installed %s\\n' bash ${recorder}; }
      apt-mark() { [[ $1 != showmanual ]] || printf '%s\\n' bash ${recorder}; }`);
    expect(status).toBe(0);
    expect(stdout).toContain(`apt_get purge -y --allow-change-held-packages ${recorder}\n`);
  });

  it("changes no package if apt does not know how to remove them, and says why", () => {
    const { status, stdout, stderr } = leave(
      `apt-get() { echo 'E: Unable to satisfy dependencies' >&2; return 100; }`,
    );
    expect([status, stdout.includes("apt_get purge")]).toEqual([1, false]);
    expect(stderr).toContain("cannot remove the packages of this program: E: Unable to satisfy");
  });

  it("gives packages of before their marks back", () => {
    const { stdout } = leave();
    expect(stdout).toContain("apt-mark auto curl\n");
    expect(stdout).not.toContain("apt-mark auto bash");
    expect(stdout).toContain("mark_package unhold jitsi-videobridge2\n");
    expect(stdout).not.toContain("mark_package unhold bash");
  });

  it("ends the forward of the web host before its user goes, and lets it not come back", () => {
    host.has("var/lib/jitsi-hetzner-forward/.ssh/authorized_keys", "restrict ssh-ed25519 AAAA\n");
    const { stdout } = leave(
      `loginctl() { [[ -e $forward_home/.ssh ]] || printf 'without key: loginctl %s\\n' "$*" >&3; }`,
    );
    const ended = stdout.indexOf("without key: loginctl terminate-user jitsi-hetzner-forward");
    expect(ended).toBeGreaterThanOrEqual(0);
    expect(ended).toBeLessThan(stdout.indexOf("userdel --remove jitsi-hetzner-forward"));
  });

  it("removes the users of this program, and their groups", () => {
    const { stdout } = leave();
    expect(stdout.match(/^(userdel|groupdel) .*$/gm)).toEqual([
      "userdel --remove jitsi-hetzner-forward",
      "userdel --remove jvb",
      "groupdel jitsi",
    ]);
  });

  it("removes its files, and the program last, so that it can be repeated", () => {
    const { stderr } = leave();
    for (const path of ["etc/jitsi", "etc/jitsi-hetzner", "var/lib/jitsi-hetzner"])
      expect([path, existsSync(join(host.root, path))]).toEqual([path, false]);
    for (const name of ["jitsi-hetzner", "jitsi-hetzner-install"])
      expect(existsSync(join(host.root, "usr/local/sbin", name))).toBe(false);
    expect(stderr).toContain("are as they were found");
  });

  it.each([
    ["removes Java's certificates", false],
    ["leaves Java's certificates that were there before", true],
  ])("%s", (_what, wereThere) => {
    host.has("etc/ssl/certs/java/cacerts", "store\n");
    if (wereThere) host.has(`${before}/java-store`, "");
    leave();
    expect(existsSync(join(host.root, "etc/ssl/certs/java"))).toBe(wereThere);
  });

  it("puts lists of Jitsi's repository back that were there before, with their keys", () => {
    const lists = "etc/apt/sources.list.d";
    host.has(`${lists}/jitsi-stable.list`, "ours\n");
    host.has(`${lists}/jitsi.list.disabled`, "second\n");
    host.has(`${before}/lists-aside`, `${host.root}/${lists}/jitsi.list\n`);
    host.has(`${before}/jitsi-stable.list`, "first\n");
    host.has(`${before}/jitsi-keyring.gpg`, "key\n");
    host.has("usr/share/keyrings/jitsi-keyring.gpg", "ours\n");
    expect(leave().status).toBe(0);
    expect(host.text(`${lists}/jitsi-stable.list`)).toBe("first\n");
    expect(host.text(`${lists}/jitsi.list`)).toBe("second\n");
    expect(host.text("usr/share/keyrings/jitsi-keyring.gpg")).toBe("key\n");
    expect(existsSync(join(host.root, `${lists}/jitsi.list.disabled`))).toBe(false);
  });

  it("leaves no unit that failed, and no folder of the boot menu that it has made", () => {
    host.has("etc/default/grub.d/60-jitsi-hetzner.cfg", "ours\n");
    const { stdout } = leave();
    expect(stdout).toContain("systemctl reset-failed jitsi-* jibri*\n");
    expect(stdout).toContain("update-grub");
    expect(existsSync(join(host.root, "etc/default/grub.d"))).toBe(false);
  });

  it("sets the kernel back", () => {
    expect(leave().stdout).toContain("sysctl -q -w net.core.rmem_max=212992\n");
  });

  it("keeps the program where the packages cannot be removed", () => {
    const { status, stderr } = leave("apt_get() { return 100; }");
    expect(status).toBe(1);
    expect(stderr).toContain("the packages cannot be removed");
    expect(existsSync(join(host.root, "usr/local/sbin/jitsi-hetzner"))).toBe(true);
    expect(existsSync(join(host.root, before))).toBe(true);
  });

  it("stops before it changes anything while recordings are on the machine", () => {
    host.has("srv/recordings/finished/a/b.mp4", "x");
    const { status, stdout, stderr } = leave();
    expect([status, stdout.includes("apt_get")]).toEqual([1, false]);
    expect(stderr).toContain("finished/a/b.mp4");
  });

  it("leaves neither a failed jibri nor an empty folder of the boot menu's settings", () => {
    host.has("etc/default/grub.d/60-jitsi-hetzner.cfg", "");
    const { status, stdout } = leave();
    expect([status, existsSync(join(host.root, "etc/default/grub.d"))]).toEqual([0, false]);
    expect(stdout).toContain("systemctl reset-failed jitsi-* jibri*\n");
    expect(stdout).toContain("update-grub");
  });

  it("keeps the kernel that runs", () => {
    const { stdout, stderr } = leave(`
      uname() { echo 6.1.0-9-amd64; }
      dpkg-query() { printf 'installed %s\\n' bash linux-image-6.1.0-9-amd64 linux-image-amd64; }`);
    expect(stdout).toContain("purge -y --allow-change-held-packages linux-image-amd64\n");
    expect(stderr).toContain("After that reboot: apt-get purge linux-image-6.1.0-9-amd64\n");
  });

  it.each([
    ["6.1.0-9-cloud-amd64", "linux-image-cloud-amd64"],
    ["6.1.0-9-amd64", "linux-image-amd64"],
  ])("names no kernel that an upgrade has brought: %s", (release, metapackage) => {
    host.has(`${before}/packages`, `installed bash:amd64 5\ninstalled ${metapackage}:amd64 6\n`);
    const { stderr } = leave(`
      uname() { echo ${release}; }
      dpkg-query() { printf 'installed %s\\n' bash ${metapackage} linux-image-${release}; }`);
    expect(stderr).not.toContain("After that reboot");
  });

  it("prints what differs from the first day", () => {
    const { status, stderr } = leave(
      `take_record() { cp "$before"/* "$1"/; echo '/etc/new 644' >"$1/files"; }`,
    );
    expect(status).toBe(0);
    expect(stderr).toContain("files differ (< before, > now):\n> /etc/new 644\n");
  });

  it("takes only itself away from a machine that it has never changed", () => {
    const { status, stdout } = leave(`rm "$before/complete"`);
    expect([status, stdout]).toEqual([0, ""]);
    expect(existsSync(join(host.root, "usr/local/sbin/jitsi-hetzner"))).toBe(false);
  });
});

describe("the record of a machine", () => {
  const record = (): string => {
    const { status, stdout } = host.run(
      "node/leave",
      {},
      `systemctl() { printf 'ssh.service enabled enabled\\nx.mount generated -\\n'; }
       apt-mark() { echo "$1"; }
       dpkg-query() { echo 'installed bash:amd64 5'; }
       nft() { printf 'table inet jitsi_hetzner_node {\\n x\\n}\\ntable ip filter {\\n tcp dport 22 counter packets 7 bytes 9 accept\\n}\\n'; }
       record_before
       for name in "$before"/*; do echo "== \${name##*/}" >&3; cat "$name" >&3; done`,
      ["/etc", "/var/", "/proc/"],
    );
    expect(status).toBe(0);
    return stdout;
  };

  it("has files with their modes and sums, links with their targets, units, packages and rules of others", () => {
    for (const path of [before, "etc/jitsi"]) rmSync(join(host.root, path), { recursive: true });
    host.has("etc/passwd", "root:x:0:0:root:/root:/bin/bash\n");
    host.has("etc/group", "root:x:0:\n");
    host.has("etc/motd", "hello\n");
    host.has("etc/ld.so.cache", "changes by itself");
    symlinkSync("motd", join(host.root, "etc/link"));
    const text = record();
    expect(text).toMatch(/\/etc\/motd 644 root:root [0-9a-f]{16}\n/);
    expect(text).toMatch(/\/etc\/link -> motd\n/);
    expect(text).not.toContain("ld.so.cache");
    expect(text).toContain("== units\nssh.service enabled\n");
    expect(text).toContain("== packages\ninstalled bash:amd64 5\n");
    expect(text).toContain("== rules\ntable ip filter {\n tcp dport 22 accept\n}\n");
    expect(text).toContain("net.core.rmem_max 10485760\n");
  });

  it("is taken once: what a repeated run finds is this program's own", () => {
    const text = record();
    expect(text).toContain("installed curl:amd64 8");
  });
});
