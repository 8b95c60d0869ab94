import { existsSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { hostFile } from "../../../remote/hostFile";
import { scriptFixtures } from "../../templates/fixtures";
import { bashInScript, type Outcome } from "./bash";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

const has = (path: string, text: string): void => {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), text);
};
const text = (path: string): string => readFileSync(join(dir, path), "utf8");
const settings = "etc/sysctl.d/60-jitsi-hetzner.conf";

/** Runs `code` with the functions of host/harden on a host whose files are below `dir`. */
function harden(code: string, conf = "# nothing\n"): Outcome {
  const values = { ...scriptFixtures["host/harden"], SYSCTL_CONF: conf };
  const paths = { "/proc/sys": join(dir, "sys"), "=/etc/": `=${dir}/etc/` };
  return bashInScript("host/harden", values, `chown() { :; }\nHOSTNAME=host\n${code}`, paths);
}

const onServer = (conf: string): Outcome =>
  harden("is_container() { false; }\nset_kernel_settings", conf);
/** Files of settings that say "fixed" are mounted read-only. */
const inContainer = (conf: string): Outcome =>
  harden(
    `is_container() { true; }
     is_writable() { [[ -e $1 && $(<"$1") != fixed ]]; }
     set_kernel_settings`,
    conf,
  );

describe("host/harden sets the kernel's settings", () => {
  it("now and for each boot", () => {
    has("sys/fs/protected_fifos", "1\n");
    const conf = "# why\n\nfs.protected_fifos = 2\n";
    expect(onServer(conf).status).toBe(0);
    expect(text("sys/fs/protected_fifos")).toBe("2\n");
    expect(text(settings)).toBe(conf);
  });

  it("for every interface that is there where a key has a *", () => {
    for (const name of ["all", "default", "eth0"]) has(`sys/net/conf/${name}/redirects`, "1\n");
    expect(onServer("net.conf.*.redirects = 0\n").status).toBe(0);
    const values = ["all", "default", "eth0"].map((name) => text(`sys/net/conf/${name}/redirects`));
    expect(values).toEqual(["0\n", "0\n", "0\n"]);
  });

  it("but those that a container may not change or does not have, and says which", () => {
    has("sys/kernel/kptr_restrict", "fixed");
    has("sys/net/redirects", "1\n");
    const conf = "kernel.kptr_restrict = 2\nkernel.absent = 1\nnet.redirects = 0\n";
    const { status, stderr } = inContainer(conf);
    expect(status).toBe(0);
    expect(stderr).toContain(
      "host/harden: skipped, because this container has no such setting or may not change it: kernel.kptr_restrict kernel.absent\n",
    );
    expect(text("sys/net/redirects")).toBe("0\n");
    expect(text(settings)).toBe(conf);
  });

  it("and fails on a server whose kernel does not know one", () => {
    const { status, stderr } = onServer("kernel.absent = 1\n");
    expect(status).toBe(1);
    expect(stderr).toMatch(/failed on host: the kernel \S+ does not know kernel\.absent\n/);
    expect(existsSync(join(dir, settings))).toBe(false);
  });

  it("and fails with the kernel's reason where it refuses one", () => {
    mkdirSync(join(dir, "sys"));
    // Nobody can write to it, not even root.
    symlinkSync("/proc/version", join(dir, "sys/locked"));
    const { status, stderr } = onServer("locked = 1\n");
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /the kernel refuses 1 for locked, which is Linux version .*: .*error|denied/,
    );
  });

  it.each(["kernel.sysrq=0", "kernel.sysrq = off", "kernel.$(id) = 1", "-kernel.sysrq = 0"])(
    "and fails with a line that is none: %s",
    (line) => {
      has("sys/kernel/sysrq", "1\n");
      const { status, stderr } = onServer(`${line}\n`);
      expect([status, text("sys/kernel/sysrq")]).toEqual([1, "1\n"]);
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
    expect(keys.filter((key = "") => /rp_filter|[rw]mem|udp|backlog|forward/.test(key))).toEqual(
      [],
    );
  });
});

describe("host/harden", () => {
  const rounds = (): Outcome => harden("set_hash_rounds");

  it("sets rounds for password hashes once", () => {
    has("etc/login.defs", "# SHA_CRYPT_MIN_ROUNDS 5000\nUMASK 022\n");
    expect(rounds().status).toBe(0);
    expect(rounds().stderr).toBe("");
    expect(text("etc/login.defs")).toBe(
      "# SHA_CRYPT_MIN_ROUNDS 5000\nUMASK 022\nSHA_CRYPT_MIN_ROUNDS 65536\n",
    );
  });

  it("leaves rounds that the operator has set", () => {
    has("etc/login.defs", "SHA_CRYPT_MAX_ROUNDS 9000\n");
    expect(rounds().status).toBe(0);
    expect(text("etc/login.defs")).toBe("SHA_CRYPT_MAX_ROUNDS 9000\n");
  });

  it("restarts nothing", () => {
    for (const file of ["harden", "kernel"]) {
      const script = readFileSync(join(__dirname, `../../../remote/host/${file}.sh`), "utf8");
      expect(script).not.toMatch(/systemctl.*(restart|reload)|modprobe -r|sysctl --system/);
    }
  });
});
