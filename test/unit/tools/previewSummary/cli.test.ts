import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recorded } from "./previews";

describe("npm run preview:summary", () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "preview-summary-"));
  });
  afterAll(() => {
    rmSync(dir, { recursive: true });
  });
  const run = (args: string[], input?: string) =>
    spawnSync("npx", ["tsx", "tools/previewSummary/cli.ts", ...args], {
      cwd: join(__dirname, "../../../.."),
      encoding: "utf8",
      input,
    });

  it("ends with 0 for a preview, 1 for a failed one, 2 where there is none", () => {
    const file = join(dir, "broken.json");
    writeFileSync(file, "{");
    const ok = run(["--title", "Preview of dev"], recorded("scale-up"));
    expect([ok.status, ok.stdout]).toEqual([
      0,
      expect.stringContaining("### Preview of dev\n") as string,
    ]);
    expect(run([], recorded("config-error")).status).toBe(1);
    const broken = run([file]);
    expect([broken.status, broken.stdout]).toEqual([2, ""]);
    expect(broken.stderr).toContain("preview:summary: the preview is not JSON; create one with");
    expect(run([join(dir, "missing.json")]).status).toBe(2);
  }, 60_000);

  it("prints counts and cost as JSON", () => {
    expect(JSON.parse(run(["--json"], recorded("scale-down")).stdout)).toEqual({
      failed: false,
      hosts:
        "removes bridges jvb-2 and jvb-3 (cpx42, fsn1), drained first; touches no other host, but for the list of bridges on web",
      changes: { delete: 30, same: 81, update: 4 },
      cost: { difference: -139.98, unknown: [] },
    });
  }, 60_000);
});
