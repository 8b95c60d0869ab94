import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
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
