import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureOperatorKey } from "../../../src/machines/operatorKey";

describe("the key of the machines' operator", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "operator-"));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  it("is one key, also for machines that are added at the same time", async () => {
    const keys = await Promise.all(Array.from({ length: 4 }, () => ensureOperatorKey(dir)));
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^ssh-ed25519 /);
  });
});
