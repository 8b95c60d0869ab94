import { checkEngineMemory, engineMemoryMb } from "../../../../lib/preflight/engineMemory";

describe("engineMemoryMb", () => {
  it("has the measured figures for a first up", () => {
    expect(Math.round(engineMemoryMb(0, 20))).toBe(1128);
    expect(Math.round(engineMemoryMb(0, 90))).toBe(4362);
  });
});

describe("checkEngineMemory", () => {
  it("is silent where the memory suffices", () => {
    expect(checkEngineMemory(0, 20, 1_200).warnings).toEqual([]);
  });

  it("warns with figures and the count that fits", () => {
    expect(checkEngineMemory(0, 90, 3_072).warnings).toEqual([
      "this `up` creates 90 bridges at once, for which Pulumi's engine, its plugins and this program need about 4.3 GB; this machine has 3.0 GB free: add them in steps, first: pulumi config set jvbCount 67 && pulumi up",
    ]);
    expect(checkEngineMemory(0, 67, 3_072).warnings).toEqual([]);
  });

  it("counts only what is made: the next step is smaller", () => {
    expect(checkEngineMemory(45, 90, 2_048).warnings).toEqual([
      expect.stringContaining("creates 45 bridges at once") as string,
    ]);
    expect(checkEngineMemory(67, 90, 3_072).warnings).toEqual([]);
  });

  it("says so where not even one more fits", () => {
    expect(checkEngineMemory(0, 20, 500).warnings).toEqual([
      expect.stringContaining("run it on a machine with more memory") as string,
    ]);
  });

  it("has nothing to say to fewer bridges", () => {
    expect(checkEngineMemory(90, 80, 500).warnings).toEqual([]);
  });

  it("asks this machine by default", () => {
    expect(checkEngineMemory(0, 1_000_000).warnings).toHaveLength(1);
    expect(checkEngineMemory(0, 1).warnings).toEqual([]);
  });
});
