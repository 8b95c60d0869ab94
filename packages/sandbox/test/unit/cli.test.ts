import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(__dirname, "../../../..");

describe("the sandbox's command line, where no sandbox runs", () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "no-sandbox-"));
  });
  afterAll(() => {
    rmSync(dir, { recursive: true });
  });

  it.each([
    [["up", "--jitsi", "./packages"], '--jitsi is "./packages", a path.'],
    [["demo", "--jitsi", "http://mirror.test"], "Only https is allowed"],
    [
      ["up", "--api-only", "--jitsi", "upstream"],
      "--jitsi and --jitsi-key need real hosts; they have no effect with --hosts none",
    ],
  ])("%s ends with 1 and makes nothing", (command, message) => {
    const cli = ["--import", "tsx", "packages/sandbox/src/cli.ts", "--dir", join(dir, "none")];
    const ran = spawnSync(process.execPath, [...cli, ...command], { cwd: root, encoding: "utf8" });
    expect([ran.status, ran.stderr]).toEqual([1, expect.stringContaining(message)]);
    expect(existsSync(join(dir, "none"))).toBe(false);
  });

  it.each([["status"], ["people", "list"], ["fault", "list"], ["env"]])(
    "%s %s --json ends with 1 and prints no JSON",
    (...command) => {
      const cli = ["--import", "tsx", "packages/sandbox/src/cli.ts", "--dir", join(dir, "none")];
      const args = [...cli, ...command, "--json"];
      const ran = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
      expect([ran.status, ran.stdout]).toEqual([1, ""]);
      expect(ran.stderr).toMatch(/^sandbox: .*npm run -s sandbox -- up/);
    },
  );
});
