import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { scriptFixtures } from "../../../templates/fixtures";
import type { Outcome } from "../bash";
import { FakeHost, recorded } from "../fakeHost";

let host: FakeHost;
beforeEach(() => {
  host = new FakeHost();
});
afterEach(() => {
  host.end();
});

const harden = (code: string, values = scriptFixtures["host/setup"]): Outcome =>
  host.run("host/setup", values, code, ["/proc/sys", "/etc/"]);

/** A container with an empty kernel and a packet filter; `nft` is what it says of the rules. */
const world = (nft = ""): string => `
  ${recorded({
    systemctl: "",
    nft: `${nft} cat >/dev/null`,
    sysctl: "",
    modprobe: "",
    "dpkg-statoverride": "[[ $1 != --list ]]",
  })}
  is_container() { true; }
  is_writable() { false; }
`;

/** The whole step; its calls of programs, one a line. */
const run = (values = scriptFixtures["host/setup"]): string[] => {
  const { status, stdout } = harden(`${world()}\nharden`, values);
  expect(status).toBe(0);
  return stdout.trimEnd().split("\n");
};

describe("host/setup, its hardening", () => {
  beforeEach(() => {
    host.has("etc/nftables.conf", "#!/usr/sbin/nft -f\n");
    host.has("etc/login.defs", "UMASK 022\n");
  });

  it("loads rules and restarts nothing, at the first run, with the same values, and with others", () => {
    const calls = [
      "nft -c -f -",
      "nft -f -",
      "systemctl enable --quiet nftables",
      "dpkg-statoverride --list /var/cache/debconf",
      "dpkg-statoverride --update --add root root 0700 /var/cache/debconf",
    ];
    expect(run()).toEqual(calls);
    expect(run()).toEqual(calls);
    const texts = ["NFT_RULES", "SYSCTL_CONF", "MODPROBE_CONF", "CORE_LIMITS", "COREDUMP_CONF"];
    const others = Object.fromEntries(texts.map((name) => [name, "# another text\n"]));
    expect(run({ ...scriptFixtures["host/setup"], ...others })).toEqual(calls);
    expect(host.text("etc/modprobe.d/jitsi-hetzner.conf")).toBe("# another text\n");
  });

  it("has the rules loaded at each boot, once", () => {
    run();
    run();
    const rules = join(host.root, "etc/nftables.d/jitsi-hetzner.nft");
    expect(host.text("etc/nftables.conf")).toBe(`#!/usr/sbin/nft -f\n\ninclude "${rules}"\n`);
    expect(host.text("etc/nftables.d/jitsi-hetzner.nft")).toBe("table inet a {}\n");
  });

  it("loads its rules and those of existing machines at once, so that no machine is shut out for a moment", () => {
    const folder = join(host.root, "etc/nftables.d");
    host.has("etc/nftables.d/jitsi-hetzner-node-berlin.nft", "insert rule ...\n");
    const { stdout } = harden(`${world("[[ $1 == -c ]] || cat >&3; return 0;")}\nload_rules`);
    expect(stdout).toContain(
      `nft -f -\ninclude "${folder}/jitsi-hetzner.nft"\ninclude "${folder}/jitsi-hetzner-node-berlin.nft"\n`,
    );
  });

  it("keeps the rules of before where nft refuses the new ones", () => {
    const { status, stdout, stderr } = harden(`${world("[[ $1 != -c ]] &&")}\nharden`);
    expect([status, stdout]).toEqual([1, "nft -c -f -\nsystemctl is-system-running\n"]);
    expect(stderr).toContain("host/setup failed on host: nft refuses the rules");
    expect(existsSync(join(host.root, "etc/nftables.d"))).toBe(false);
  });

  it("closes the packages' files that hold secrets", () => {
    const files = ["etc/jitsi/jicofo/jicofo.conf", "etc/jitsi/videobridge/jvb.conf"];
    for (const file of files) host.has(file, "secret\n");
    run();
    const modes = files.map((file) => statSync(join(host.root, file)).mode & 0o777);
    expect(modes).toEqual([0o640, 0o640]);
  });

  it("sets rounds for password hashes once", () => {
    host.has("etc/login.defs", "# SHA_CRYPT_MIN_ROUNDS 5000\nUMASK 022\n");
    expect(harden("set_hash_rounds").status).toBe(0);
    expect(harden("set_hash_rounds").stderr).toBe("");
    expect(host.text("etc/login.defs")).toBe(
      "# SHA_CRYPT_MIN_ROUNDS 5000\nUMASK 022\nSHA_CRYPT_MIN_ROUNDS 65536\n",
    );
  });

  it("leaves rounds that the operator has set", () => {
    host.has("etc/login.defs", "SHA_CRYPT_MAX_ROUNDS 9000\n");
    expect(harden("set_hash_rounds").status).toBe(0);
    expect(host.text("etc/login.defs")).toBe("SHA_CRYPT_MAX_ROUNDS 9000\n");
  });
});
