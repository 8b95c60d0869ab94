import { statSync } from "node:fs";
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
