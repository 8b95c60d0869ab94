import type { Outcome } from "../../../../tools/pulumiCli";
import { findLock, parseLock } from "../../../../tools/doctor/lock";

// As CLI 3.259 says it.
const locked = `error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.
  file:///state/.pulumi/locks/organization/jitsi-hetzner/x/1badd21b.json?no_tmp_dir=true: created by root@vm (pid 31111) at 2026-11-21T10:58:29Z`;

const said = (stderr: string): { run: () => Promise<Outcome> } => ({
  run: () => Promise.resolve({ code: 255, stdout: "", stderr }),
});

describe("parseLock", () => {
  it.each([
    ["dead", "vm", false],
    ["alive", "vm", true],
    ["unknown", "another", false],
  ])("calls the holder %s on machine %s, where its process exists: %s", (process, here, exists) => {
    expect(parseLock(locked, here, () => exists)).toEqual({
      holder: "root@vm (pid 31111)",
      since: "2026-11-21T10:58:29Z",
      process,
    });
  });

  // Another machine that shares the bucket can have the same name.
  it.each([
    ["unknown", false],
    ["alive", true],
  ])(
    "calls the holder of a lock in a bucket %s, where its process exists here: %s",
    (process, exists) => {
      const inBucket = locked.replace("file:///state/", "s3://state/");
      expect(parseLock(inBucket, "vm", () => exists)).toMatchObject({ process });
    },
  );

  it("asks for the process by its number", () => {
    const asked: number[] = [];
    parseLock(locked, "vm", (pid) => asked.push(pid) > 1);
    expect(asked).toEqual([31111]);
  });

  it("knows that of Pulumi Cloud, which does not tell whose it is", () => {
    const conflict = "error: [409] Conflict: Another update is currently in progress.";
    expect(parseLock(conflict)).toEqual({ holder: "another update", process: "unknown" });
  });

  it("takes no other error for one", () => {
    expect(parseLock("error: incorrect passphrase")).toBeUndefined();
  });
});

describe("findLock", () => {
  it("finds none where the engine only misses the resource", async () => {
    expect(await findLock(said("error: no resource named 'urn:...' found"))).toBeUndefined();
  });

  it("tells every other error, rather than that there is no lock", async () => {
    await expect(findLock(said("error: incorrect passphrase"))).rejects.toThrow(
      "pulumi cannot work on this stack:\nerror: incorrect passphrase",
    );
  });
});
