import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { projectDir } from "../../src/projectDir";

const execute = promisify(execFile);

describe("a sandbox of the API alone, on a machine without a toolchain", () => {
  let home: string;
  /** @throws Error with both streams when the script fails */
  const bash = (script: string): Promise<{ stdout: string; stderr: string }> =>
    execute("bash", ["-euc", script], {
      cwd: projectDir,
      env: { HOME: home, PATH: "/usr/bin:/bin", NODE: process.execPath },
      timeout: 60_000,
    });
  const sandbox = `"$NODE" --import tsx packages/sandbox/src/cli.ts --dir "$HOME/sandbox"`;

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), "jitsi-hetzner-api-only-"));
  });
  afterAll(async () => {
    await bash(`${sandbox} down`);
    rmSync(home, { recursive: true, force: true });
  });

  it("starts, prints endpoint and token, and answers a client without building anything", async () => {
    const up = await bash(`${sandbox} up --api-only`);
    expect(up.stderr).toMatch(/API answers at http:\/\/127\.0\.0\.1:\d+\/v1/);
    const env = await bash(`${sandbox} env`);
    expect(env.stdout.replaceAll(/'.*'/g, "''").split("\n").slice(0, 2)).toEqual([
      "export HCLOUD_ENDPOINT=''",
      "export HCLOUD_TOKEN=''",
    ]);
    expect(env.stderr).toContain("npm run -s toolchain");
    const client = await bash(
      `eval "$(${sandbox} env)"; curl -sS -H "Authorization: Bearer $HCLOUD_TOKEN" "$HCLOUD_ENDPOINT/servers"`,
    );
    expect(JSON.parse(client.stdout)).toMatchObject({ servers: [] });
    const made = await bash(`find "$HOME" -path '*toolchain*'`);
    expect(made.stdout).toBe("");
  }, 120_000);

  it("is the same as --hosts none, and is not started again with other hosts", async () => {
    await bash(`${sandbox} up --hosts none`);
    await expect(bash(`${sandbox} up --hosts simulated --times times.json`)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /was started with --hosts none, not with --hosts simulated --times \/.*\/times\.json; stop it first/,
      ) as string,
    });
    await expect(bash(`${sandbox} up --hosts vm`)).rejects.toMatchObject({
      stderr: expect.stringContaining("Allowed choices are nspawn, simulated, none") as string,
    });
  }, 120_000);
});
