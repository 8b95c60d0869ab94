import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wasKilled } from "../../src/killedRun";

describe("wasKilled", () => {
  let backend: string;
  const lock = (stack: string, pid: number): void => {
    const folder = join(backend, ".pulumi/locks/organization/project", stack);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${pid}.json`), JSON.stringify({ pid, username: "root" }));
  };
  /** The pid of a process that has ended. */
  const dead = (): number => spawnSync("true").pid;

  beforeEach(() => {
    backend = mkdtempSync(join(tmpdir(), "backend-"));
  });
  afterEach(() => {
    rmSync(backend, { recursive: true });
  });

  it("is false without a lock, and without a backend", () => {
    expect(wasKilled(backend, "sandbox")).toBe(false);
    expect(wasKilled(join(backend, "none"), "sandbox")).toBe(false);
  });

  it("is true when the lock's process has ended", () => {
    lock("sandbox", dead());
    expect(wasKilled(backend, "sandbox")).toBe(true);
  });

  it("is false while a process that holds a lock runs", () => {
    lock("sandbox", dead());
    lock("sandbox", process.pid);
    expect(wasKilled(backend, "sandbox")).toBe(false);
  });

  it("ignores locks of other stacks", () => {
    lock("other", dead());
    expect(wasKilled(backend, "sandbox")).toBe(false);
  });
});
