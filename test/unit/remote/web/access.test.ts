import { existsSync } from "node:fs";
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

const folders = ["/etc/", "/usr/", "/var/lib/"] as const;

describe("web/access", () => {
  const access = (verb: string, code = ""): Outcome =>
    host.run(
      "web/access",
      scriptFixtures["web/access"],
      `${recorded({ nft: "cat >&3" })}\n${code}\nmain ${verb}`,
      folders,
    );
  const rules = "etc/nftables.d/jitsi-hetzner-node-node-berlin-0a1b2c.nft";
  const loaded = (root: string): string =>
    `nft -f -\ninclude "${root}/etc/nftables.d/jitsi-hetzner.nft"\ninclude "${root}/etc/nftables.d/jitsi-hetzner-node-*.nft"\n`;

  it("opens port 5222 for one address, before the rules that refuse it, and at each boot", () => {
    host.has("etc/nftables.conf", "#!/usr/sbin/nft -f\n");
    expect(access("open").stdout).toBe(loaded(host.root));
    expect(access("open").status).toBe(0);
    expect(host.text(rules)).toBe(
      'insert rule inet jitsi_hetzner input ip saddr 203.0.113.7 tcp dport 5222 accept comment "berlin"\n',
    );
    const includes = host.text("etc/nftables.conf").match(/^include .*$/gm);
    expect(includes).toEqual([`include "${host.root}/etc/nftables.d/jitsi-hetzner-node-*.nft"`]);
  });

  it("closes it again", () => {
    host.has("etc/nftables.conf", "");
    access("open");
    expect(access("close").stdout).toBe(loaded(host.root));
    expect(existsSync(join(host.root, rules))).toBe(false);
  });

  it("fails where nft refuses the rules", () => {
    host.has("etc/nftables.conf", "");
    expect(access("open", "nft() { return 1; }").stderr).toContain("nft refuses the rules");
  });
});
