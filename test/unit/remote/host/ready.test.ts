import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scriptFixtures } from "../../../templates/fixtures";
import { bashInScript } from "../bash";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

/** Whether cloud-init is taken for ended where `cloud-init status` says this. */
function ended(status: string): boolean {
  const code = `
    timeout() { shift; "$@"; }
    cloud-init() { echo "status: ${status}"; return 1; }
    if cloud_init_ended; then result yes; else result no; fi
  `;
  const values = scriptFixtures["host/ready"];
  const { stdout } = bashInScript("host/ready", values, code, { "/run/cloud-init": dir });
  return stdout === "yes\n";
}

describe("host/ready", () => {
  it("waits while cloud-init says error, because a stage failed and a later one still installs packages", () => {
    expect(ended("error")).toBe(false);
    expect(ended("running")).toBe(false);
  });

  it("goes on when cloud-init has written its result, whatever it was", () => {
    writeFileSync(join(dir, "result.json"), "{}");
    expect([ended("error"), ended("done")]).toEqual([true, true]);
  });

  it("goes on when cloud-init is disabled", () => {
    expect(ended("disabled")).toBe(true);
  });
});
