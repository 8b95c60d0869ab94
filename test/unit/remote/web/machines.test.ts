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

const folders = ["/etc/", "/usr/", "/var/lib/"] as const;
const programs = recorded({ systemctl: "", journalctl: "echo 'Permission denied (publickey)'" });

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

describe("web/forward", () => {
  const values = scriptFixtures["web/forward"];
  const forward = (code = "is_up() { true; }", more: Partial<typeof values> = {}): Outcome =>
    host.run(
      "web/forward",
      { ...values, ...more },
      `${programs}\nsleep() { :; }\n${code}\nmain`,
      folders,
    );
  const folder = "etc/jitsi-hetzner/forward/node-berlin-0a1b2c";

  it("has a key that root alone reads, one host key, and each port at the machine's own address", () => {
    expect(forward().status).toBe(0);
    expect(statSync(join(host.root, folder, "key")).mode & 0o777).toBe(0o600);
    expect(statSync(join(host.root, folder)).mode & 0o777).toBe(0o700);
    expect(host.text(`${folder}/known_hosts`)).toBe("node-berlin-0a1b2c ssh-ed25519 AAAA\n");
    const config = host.text(`${folder}/config`);
    for (const line of [
      "HostName 203.0.113.7",
      "Port 2222",
      "StrictHostKeyChecking yes",
      "ServerAliveInterval 10",
      "ExitOnForwardFailure yes",
      "LocalForward 127.80.1.2:8080 127.0.0.1:8080",
      "LocalForward 127.80.1.2:8081 127.0.0.1:8081",
    ])
      expect(config).toContain(`  ${line}\n`);
  });

  it("restarts only if something has changed, and never the forward of another machine", () => {
    const restart = "systemctl restart jitsi-hetzner-forward@node-berlin-0a1b2c.service";
    expect(forward().stdout).toContain(restart);
    expect(forward().stdout).not.toContain("restart");
    expect(forward(undefined, { SSH_PORT: "22" }).stdout).toContain(restart);
  });

  it("never shows the key, and says why ssh does not connect", () => {
    const { status, stdout, stderr } = forward("is_up() { false; }\nwait_for() { return 1; }");
    expect(status).toBe(1);
    expect(stderr).toContain("the forward to berlin (203.0.113.7) does not come up in 60 s");
    expect(stdout).toContain("journalctl -u jitsi-hetzner-forward@node-berlin-0a1b2c.service");
    expect(stdout + stderr).not.toContain(values.PRIVATE_KEY.trim());
  });
});

describe("web/forwardRemoval", () => {
  const remove = (): Outcome =>
    host.run(
      "web/forwardRemoval",
      scriptFixtures["web/forwardRemoval"],
      `${programs}\nmain`,
      folders,
    );
  const unit = "etc/systemd/system/jitsi-hetzner-forward@.service";

  it("takes away the key of this machine, and the unit with the last machine", () => {
    host.has(unit, "");
    host.has("etc/jitsi-hetzner/forward/node-berlin-0a1b2c/key", "");
    host.has("etc/jitsi-hetzner/forward/node-paris-000000/key", "");
    remove();
    expect(existsSync(join(host.root, "etc/jitsi-hetzner/forward/node-berlin-0a1b2c"))).toBe(false);
    expect(existsSync(join(host.root, unit))).toBe(true);
    host.end();
    host = new FakeHost();
    host.has(unit, "");
    host.has("etc/jitsi-hetzner/forward/node-berlin-0a1b2c/key", "");
    remove();
    expect(existsSync(join(host.root, unit))).toBe(false);
  });

  it("can be repeated", () => {
    expect([remove().status, remove().status]).toEqual([0, 0]);
  });
});

describe("web/deployKey", () => {
  const run = (verb: string): Outcome =>
    host.run("web/deployKey", scriptFixtures["web/deployKey"], `main ${verb}`, folders);

  it("serves the key with the files of the web app, and no longer", () => {
    host.has("usr/share/jitsi-meet/static/x", "");
    expect(run("publish").status).toBe(0);
    expect(host.text("usr/share/jitsi-meet/static/jitsi-hetzner.pub")).toBe("ssh-ed25519 AAAA\n");
    run("remove");
    expect(existsSync(join(host.root, "usr/share/jitsi-meet/static/jitsi-hetzner.pub"))).toBe(
      false,
    );
  });

  it("fails where there is no web app", () => {
    expect(run("publish").stderr).toContain("apt-get install --reinstall jitsi-meet-web");
  });
});
