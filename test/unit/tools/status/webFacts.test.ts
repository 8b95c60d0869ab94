import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { statusScript } from "../../../../tools/status/webFacts";

const script = statusScript([{ nickname: "jvb-1", address: "10.0.0.3" }]);

/** On a web host with this program of its own, or without one. */
function run(program?: string) {
  const folder = mkdtempSync(join(tmpdir(), "status-"));
  try {
    if (program !== undefined) {
      writeFileSync(join(folder, "jitsi-hetzner"), `#!/bin/bash\n${program}\n`, { mode: 0o755 });
    }
    const env = { ...process.env, PATH: `${folder}:/usr/bin:/bin` };
    return spawnSync("bash", ["-s", "--"], { input: script, env, encoding: "utf8" });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("statusScript", () => {
  it("gives the host's own program the bridges as JSON, whatever code it has", () => {
    const { status, stdout } = run('echo "$@"; cat');
    const [args = "", json = ""] = stdout.split("\n");
    expect([status, args]).toEqual([0, "status --stdin"]);
    expect(JSON.parse(json)).toEqual({
      version: 1,
      bridges: [{ nickname: "jvb-1", address: "10.0.0.3" }],
    });
  });

  it("says what to do on a host that an older version set up", () => {
    const { status, stderr } = run();
    expect([status, stderr]).toEqual([1, "it has no program of its own yet: pulumi up\n"]);
  });
});
