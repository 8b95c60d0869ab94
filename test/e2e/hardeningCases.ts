import { scansOf } from "../../packages/sandbox/src/hosts/scans";
import type { Outcome, TestCluster } from "./harness";

/**
 * Settings of the kernel that lynis looks at, and that a container has from this machine: on a server the program or
 * Debian sets all of them to what lynis wants.
 */
const hiddenByContainer = [
  "dev.tty.ldisc_autoload",
  "fs.protected_fifos",
  "fs.protected_regular",
  "fs.protected_symlinks",
  "kernel.core_uses_pid",
  "kernel.ctrl-alt-del",
  "kernel.kptr_restrict",
  "kernel.unprivileged_bpf_disabled",
];

/** The slowest tests of lynis that give no points: half of its time. */
const slow = ["CRYP-7902", "PKGS-7392", "PKGS-7410"];

/** What hardens the hosts of a cluster that is up. Its last cases: they install an audit. */
export function hardeningCases(given: () => { cluster: TestCluster; firstUp: Outcome }): void {
  it("has no host that takes routes from others, or lets its programs dump memory", async () => {
    const settings = ["ipv4.conf.all", "ipv4.conf.eth0", "ipv6.conf.eth0"].map(
      (name) => `net.${name}.accept_redirects`,
    );
    for (const host of ["web", "jvb-0"]) {
      const asked = `sysctl -n ${settings.join(" ")}; su - -c 'ulimit -Hc; echo $TMOUT'`;
      expect(await given().cluster.mustOnHost(host, asked)).toBe("0\n0\n0\n0\n28800");
    }
  });

  it("says which settings a container may not change, and goes on", () => {
    expect(given().firstUp.text).toMatch(
      /host\/setup: skipped, because this container .*: .*kernel\.kptr_restrict/,
    );
  });

  it("sends no media to the addresses that participants have at home", async () => {
    const { cluster } = given();
    const refused = `cat /var/log/jitsi/jvb.log* | grep -c 'Failed to send BINDING-REQUEST' || true`;
    await cluster.people.join("homes", 4);
    const tries = await Promise.all(
      ["jvb-0", "jvb-1"].map(async (host) => Number(await cluster.mustOnHost(host, refused))),
    );
    await cluster.people.leave("homes");
    expect(Math.max(...tries)).toBeGreaterThanOrEqual(4);
    expect(await scansOf(cluster.sandbox.identity)).toEqual([]);
  });

  it("has a hardening index of 75 or more, by lynis", async () => {
    const tests = [...slow, ...hiddenByContainer.map((key) => `KRNL-6000:${key}`)];
    const skipped = tests.map((test) => `skip-test=${test}`).join("\\n");
    // The bridge: a web host, with its nginx, has one more.
    const seen = await given().cluster.mustOnHost(
      "jvb-0",
      `{ apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends lynis; } >/dev/null 2>&1
       printf '${skipped}\\n' >/etc/lynis/custom.prf
       lynis audit system --quick --quiet --no-colors --skip-plugins >/dev/null 2>&1
       sed -n 's/^hardening_index=//p' /var/log/lynis-report.dat`,
    );
    expect(Number(seen)).toBeGreaterThanOrEqual(75);
  }, 420_000);
}
