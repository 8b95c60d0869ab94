import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { hostFile } from "../../../../remote/hostFile";
import { scriptFixtures } from "../../../templates/fixtures";
import type { Outcome } from "../bash";
import { FakeHost } from "../fakeHost";

let host: FakeHost;
beforeEach(() => {
  host = new FakeHost();
});
afterEach(() => {
  host.end();
});

const settings = "etc/sysctl.d/60-jitsi-hetzner.conf";

/** Runs `code` with the functions of host/setup. */
function kernel(code: string, conf: string): Outcome {
  const values = { ...scriptFixtures["host/setup"], SYSCTL_CONF: conf };
  return host.run("host/setup", values, code, ["/proc/sys", "/etc/"]);
}

const onServer = (conf: string): Outcome =>
  kernel("is_container() { false; }\nset_kernel_settings", conf);
/** Files of settings that say "fixed" are mounted read-only. */
const inContainer = (conf: string): Outcome =>
  kernel(
    `is_container() { true; }
     is_writable() { [[ -e $1 && $(<"$1") != fixed ]]; }
     set_kernel_settings`,
    conf,
  );

describe("host/setup sets the kernel's settings", () => {
  it("now and for each boot", () => {
    host.has("proc/sys/fs/protected_fifos", "1\n");
    const conf = "# why\n\nfs.protected_fifos = 2\n";
    expect(onServer(conf).status).toBe(0);
    expect(host.text("proc/sys/fs/protected_fifos")).toBe("2\n");
    expect(host.text(settings)).toBe(conf);
  });

  it("for every interface that is there where a key has a *", () => {
    for (const name of ["all", "default", "eth0"])
      host.has(`proc/sys/net/conf/${name}/redirects`, "1\n");
    expect(onServer("net.conf.*.redirects = 0\n").status).toBe(0);
    const values = ["all", "default", "eth0"].map((name) =>
      host.text(`proc/sys/net/conf/${name}/redirects`),
    );
    expect(values).toEqual(["0\n", "0\n", "0\n"]);
  });

  it("but those that a container may not change or does not have, and says which", () => {
    host.has("proc/sys/kernel/kptr_restrict", "fixed");
    host.has("proc/sys/net/redirects", "1\n");
    const conf = "kernel.kptr_restrict = 2\nkernel.absent = 1\nnet.redirects = 0\n";
    const { status, stderr } = inContainer(conf);
    expect(status).toBe(0);
    expect(stderr).toContain(
      "host/setup: skipped, because this container does not have the setting or cannot change it: kernel.kptr_restrict kernel.absent\n",
    );
    expect(host.text("proc/sys/net/redirects")).toBe("0\n");
    expect(host.text(settings)).toBe(conf);
  });

  it("and fails on a server whose kernel does not know one", () => {
    const { status, stderr } = onServer("kernel.absent = 1\n");
    expect(status).toBe(1);
    expect(stderr).toMatch(/failed on host: the kernel \S+ does not know kernel\.absent\n/);
    expect(existsSync(join(host.root, settings))).toBe(false);
  });

  it("and fails with the kernel's reason where it refuses one", () => {
    mkdirSync(join(host.root, "proc/sys"), { recursive: true });
    // Nobody can write to it, not even root.
    symlinkSync("/proc/version", join(host.root, "proc/sys/locked"));
    const { status, stderr } = onServer("locked = 1\n");
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /the kernel refuses 1 for locked, which is Linux version .*: .*(error|denied)/,
    );
  });

  it.each(["kernel.sysrq=0", "kernel.sysrq = off", "kernel.$(id) = 1", "-kernel.sysrq = 0"])(
    "and fails with a line that is none: %s",
    (line) => {
      host.has("proc/sys/kernel/sysrq", "1\n");
      const { status, stderr } = onServer(`${line}\n`);
      expect([status, host.text("proc/sys/kernel/sysrq")]).toEqual([1, "1\n"]);
      expect(stderr).toContain(`"${line}" is not a kernel setting`);
    },
  );
});

describe("the kernel's settings", () => {
  const keys = [...hostFile("SYSCTL_CONF").matchAll(/^([^#\s]+) = \d+$/gm)].map(([, key]) => key);

  it("are keys of the kernel", () => {
    const path = (key: string): string =>
      `/proc/sys/${key.replace("*", "all").replaceAll(".", "/")}`;
    const unknown = keys.filter((key = "") => !existsSync(path(key)));
    expect(keys).toHaveLength(12);
    expect(unknown).toEqual([]);
  });

  it("leave alone what media needs: loose reverse path filters, and buffers", () => {
    const media = {
      "net/ipv4/conf/all/rp_filter": "2\n",
      "net/ipv4/conf/eth0/rp_filter": "2\n",
      "net/ipv4/ip_forward": "1\n",
      "net/ipv4/udp_mem": "1 2 3\n",
      "net/core/rmem_max": "10485760\n",
      "net/core/wmem_max": "10485760\n",
      "net/core/netdev_max_backlog": "100000\n",
    };
    for (const [path, value] of Object.entries(media)) host.has(`proc/sys/${path}`, value);
    host.has("proc/sys/net/ipv4/conf/eth0/accept_redirects", "1\n");
    expect(inContainer(hostFile("SYSCTL_CONF")).status).toBe(0);
    expect(host.text("proc/sys/net/ipv4/conf/eth0/accept_redirects")).toBe("0\n");
    const after = Object.keys(media).map((path) => [path, host.text(`proc/sys/${path}`)]);
    expect(Object.fromEntries(after)).toEqual(media);
  });
});
