import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram, type Outcome } from "../../../../test/e2e/harness";

describe("a sandbox of the API alone, on a machine without a toolchain", () => {
  let home: string;
  const bash = (script: string): Promise<Outcome> =>
    runProgram("bash", ["-euc", script], {
      env: { HOME: home, PATH: "/usr/bin:/bin", NODE: process.execPath },
      timeoutMs: 60_000,
    });
  const sandbox = `"$NODE" --import tsx sandbox/cli.ts --dir "$HOME/sandbox"`;

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), "jitsi-hetzner-api-only-"));
  });
  afterAll(async () => {
    await bash(`${sandbox} down`);
    rmSync(home, { recursive: true, force: true });
  });

  it("starts, tells endpoint and token, and answers a client, without building anything", async () => {
    const up = await bash(`${sandbox} up --api-only`);
    expect([up.code, up.text]).toEqual([
      0,
      expect.stringMatching(/API answers at http:\/\/127\.0\.0\.1:\d+\/v1/),
    ]);
    const env = await bash(`${sandbox} env`);
    expect(env.stdout.replaceAll(/'.*'/g, "''").split("\n").slice(0, 2)).toEqual([
      "export HCLOUD_ENDPOINT=''",
      "export HCLOUD_TOKEN=''",
    ]);
    expect(env.text).toContain("npm run -s toolchain");
    const client = await bash(
      `eval "$(${sandbox} env)"; curl -sS -H "Authorization: Bearer $HCLOUD_TOKEN" "$HCLOUD_ENDPOINT/servers"`,
    );
    expect(JSON.parse(client.stdout)).toMatchObject({ servers: [] });
    const made = await bash(`find "$HOME" -path '*toolchain*'`);
    expect(made.stdout).toBe("");
  }, 120_000);
});
