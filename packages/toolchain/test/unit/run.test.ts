import { run, seconds, step } from "../../src/run";

describe("run", () => {
  it("returns the standard output", async () => {
    await expect(run("sh", ["-c", "echo out; echo err >&2"], { timeout: 5000 })).resolves.toBe(
      "out\n",
    );
  });

  it("fails with the command, the code and the end of both streams", async () => {
    const failing = run("sh", ["-c", "echo out; echo err >&2; exit 3"], { timeout: 5000 });
    await expect(failing).rejects.toThrow(/^sh -c .* ended with code 3\n(out\nerr|err\nout)$/);
  });

  it("ends a command that takes too long, even if a child keeps its output open", async () => {
    const slow = run("bash", ["-c", "sleep 20 & sleep 20"], { timeout: 50 });
    await expect(slow).rejects.toThrow("took longer than 0 s");
  });

  it("names a command that does not exist", async () => {
    await expect(run("/no/such/command", [], { timeout: 1000 })).rejects.toThrow(
      "cannot run /no/such/command",
    );
  });
});

describe("step", () => {
  it("logs its start and its duration", async () => {
    const lines: string[] = [];
    await step(
      "building it",
      (line) => lines.push(line),
      () => Promise.resolve(),
    );
    expect(lines).toEqual(["building it ...", "building it: done in 0 s"]);
  });

  it("logs that it still runs", async () => {
    jest.useFakeTimers({ now: 0 });
    const lines: string[] = [];
    let finish = (): void => undefined;
    const work = step(
      "building it",
      (line) => lines.push(line),
      () => new Promise<void>((resolve) => (finish = resolve)),
    );
    jest.advanceTimersByTime(75_000);
    finish();
    await work;
    jest.useRealTimers();
    expect(lines).toContain("building it ... 1 min 15 s");
  });
});

it("formats durations", () => {
  expect([400, 59_400, 61_000].map(seconds)).toEqual(["0 s", "59 s", "1 min 1 s"]);
});
