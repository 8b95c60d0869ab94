import { mkdirSync, mkdtempSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withLock } from "../../src/lock";

const folder = () => join(mkdtempSync(join(tmpdir(), "lock-")), "deep", "cache");

describe("withLock", () => {
  it("makes the second process wait until the first is done, with a message", async () => {
    const dir = folder();
    const events: string[] = [];
    const log = (line: string) => events.push(line);
    let finishFirst = (): void => undefined;
    let first = Promise.resolve();
    await new Promise<void>((begun, failed) => {
      first = withLock(dir, log, () => {
        events.push("first begins");
        return new Promise<void>((resolve) => {
          finishFirst = () => {
            events.push("first ends");
            resolve();
          };
          begun();
        });
      });
      first.catch(failed);
    });
    const second = withLock(
      dir,
      (line) => {
        log(line);
        finishFirst();
      },
      () => Promise.resolve(events.push("second")),
    );
    await Promise.all([first, second]);
    expect(events).toEqual([
      "first begins",
      "another process is building the toolchain; waiting ... 0 s",
      "first ends",
      "second",
    ]);
  });

  it("takes over the lock of a process that died", async () => {
    const dir = folder();
    mkdirSync(`${dir}.lock`, { recursive: true });
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(`${dir}.lock`, longAgo, longAgo);
    await expect(withLock(dir, fail, () => Promise.resolve("done"))).resolves.toBe("done");
  });

  it("is free again after a failure", async () => {
    const dir = folder();
    await expect(withLock(dir, fail, () => Promise.reject(new Error("broken")))).rejects.toThrow(
      "broken",
    );
    await expect(withLock(dir, fail, () => Promise.resolve("done"))).resolves.toBe("done");
  });

  it("reports why the folder cannot be created", async () => {
    const below = join(__filename, "below");
    await expect(withLock(below, fail, () => Promise.resolve())).rejects.toThrow(below);
  });
});

function fail(line: string): void {
  throw new Error(`unexpected: ${line}`);
}
