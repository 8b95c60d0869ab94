import { existsSync } from "node:fs";
import { join } from "node:path";
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

const folders = ["/etc/", "/usr/", "/var/lib/"] as const;

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
