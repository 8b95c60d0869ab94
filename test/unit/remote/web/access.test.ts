import { existsSync } from "node:fs";
import { join } from "node:path";
import { scriptFixtures } from "../../../templates/fixtures";
import type { ScriptValues } from "../../../../remote/script";
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
  const access = (
    verb: string,
    code = "",
    entry: Partial<ScriptValues["web/access"]> = {},
  ): Outcome =>
    host.run(
      "web/access",
      { ...scriptFixtures["web/access"], ...entry },
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
      '# role jvb\ninsert rule inet jitsi_hetzner input ip saddr 203.0.113.7 tcp dport 5222 accept comment "berlin"\n',
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

  it.each([
    [
      "under another name",
      { NAME: "munich", NICKNAME: "node-munich-0a1b2c" },
      "the machine 203.0.113.7 is in the cluster already, as berlin: its name cannot change to munich",
      "set name: berlin again",
    ],
    [
      "in the other role",
      { ROLE: "jibri" },
      "berlin (203.0.113.7) is in the cluster already, with the role jvb: its role cannot change to jibri",
      "set role: jvb again",
    ],
  ])("refuses a machine that is in the cluster %s, and changes nothing", (_, entry, why, fix) => {
    host.has("etc/nftables.conf", "");
    access("open");
    const before = host.text(rules);
    const { status, stdout, stderr } = access("open", "", entry);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(why);
    expect(stderr).toContain(fix);
    expect(host.text(rules)).toBe(before);
    expect(existsSync(join(host.root, rules.replace("berlin", "munich")))).toBe(false);
  });

  it.each([
    ["jvb", ["8080", "8081"], "jibri"],
    ["jibri", ["8083"], "jvb"],
  ] as const)(
    "knows the role %s that an older version of this program gave a machine by its forward",
    (former, ports, other) => {
      host.has("etc/nftables.conf", "");
      host.has(rules, 'accept comment "berlin"\n');
      const forwards = ports.map(
        (port) => `  LocalForward 127.80.78.191:${port} 127.0.0.1:${port}\n`,
      );
      host.has("etc/jitsi-hetzner/forward/node-berlin-0a1b2c/config", forwards.join(""));
      expect(access("open", "", { ROLE: other }).stderr).toContain(`with the role ${former}:`);
      expect(access("open", "", { ROLE: former }).status).toBe(0);
    },
  );

  it("closes the port for a machine that an older version of this program has let in", () => {
    host.has(rules, 'accept comment "berlin"\n');
    expect(access("close", "", { ROLE: "" }).status).toBe(0);
    expect(existsSync(join(host.root, rules))).toBe(false);
  });

  it("takes the same machine again, another machine, and one that an older version of this program has let in", () => {
    host.has("etc/nftables.conf", "");
    host.has(
      rules,
      'insert rule inet jitsi_hetzner input ip saddr 203.0.113.7 tcp dport 5222 accept comment "berlin"\n',
    );
    expect(access("open").status).toBe(0);
    expect(access("open").status).toBe(0);
    const paris = { NAME: "paris", NICKNAME: "node-paris-0a1b2c", ADDRESS: "203.0.113.70" };
    expect(access("open", "", paris).status).toBe(0);
  });

  it("fails where nft refuses the rules", () => {
    host.has("etc/nftables.conf", "");
    expect(access("open", "nft() { return 1; }").stderr).toContain("nft refuses the rules");
  });
});
