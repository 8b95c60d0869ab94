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
const programs = recorded({
  systemctl: "",
  journalctl: "echo 'Permission denied (publickey)'",
  "jitsi-hetzner": "cat >&3",
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

  it("forgets the machine, which has the same nickname when it is declared again", () => {
    const { stdout } = remove();
    expect(stdout).toMatch(/^jitsi-hetzner forget\n\{"version": 1, "nickname": "node-berlin-/m);
  });

  it("can be repeated", () => {
    expect([remove().status, remove().status]).toEqual([0, 0]);
  });
});
